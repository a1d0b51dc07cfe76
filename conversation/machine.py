"""One conversation: the table of `states`, turn numbers, deadlines, what each move asks for.

    shell ──handle(event, now)──► Conversation ──actions──► shell
              wake(now) at `deadline`

No clock is read and nothing is awaited. All times are seconds on one monotonic clock.
"""

from dataclasses import dataclass, field

from conversation.moves import (
    Action,
    AnswerTurn,
    Apologise,
    CompleteTurn,
    CutSpeech,
    Failing,
    Rejected,
    ResumeSpeech,
    Transition,
    TurnOpened,
)
from conversation.states import IGNORED, TRANSITIONS, Event, State
from conversation.turn_taking import begins_anew

THINKING_SECONDS = 10.0  # without a first word of an answer, the turn has failed
APOLOGY_SECONDS = 3.0  # without audio of an apology, speech can't be made either
RESET_SECONDS = 0.5  # without word of what was heard, the caller is listened to anyway


@dataclass
class Conversation:
    """The state machine of one session.

    `turn` is 0 until the caller first takes the floor (the greeting belongs to turn 0). A number
    is never used twice, so an answer that comes late can be told by its turn and dropped.
    """

    state: State = State.IDLE
    turn: int = 0
    deadline: float | None = None
    utterance: str = ""
    highest: int = 0  # turn number that was used
    _open: bool = False  # the caller's turn has begun and is not answered yet
    _joined: str = ""  # words of a turn that the caller goes on with, or seems to
    _cut: int | None = None  # the turn whose reply was cut, while it may still go on
    _failing: bool = False
    _answered: set[int] = field(default_factory=set[int])

    def __post_init__(self) -> None:
        self.highest = max(self.highest, self.turn)

    @classmethod
    def taken_up(
        cls,
        state: State,
        turn: int,
        *,
        highest: int = 0,
        utterance: str = "",
        joined: str = "",
        completes: bool = False,
    ) -> "Conversation":
        """One that goes on in `state`, after another worker held it; see the properties."""
        answered = {turn} if completes else set[int]()
        return cls(
            state, turn, utterance=utterance, highest=highest, _joined=joined, _answered=answered
        )

    @property
    def completes(self) -> bool:
        """Whether the turn is being answered, and its end is still to be told."""
        return self.turn in self._answered

    def expects(self, *, now: float) -> None:
        """A turn that was cut in THINKING is being answered again."""
        self.deadline = now + THINKING_SECONDS

    def handle(
        self,
        event: Event,
        *,
        now: float,
        turn: int | None = None,
        text: str = "",
        goes_on: bool = False,
    ) -> list[Action]:
        """Moves the conversation, or drops the event.

        turn: which turn the event belongs to, for what is made outside (speech, failures); an
        event of another turn than the current one does nothing. text: the words of END_OF_TURN.
        goes_on: who breaks in had not finished, and may be going on with the last words.
        """
        if turn is not None and turn != self.turn:
            return []
        target = TRANSITIONS.get((self.state, event))
        if target is None:
            if (self.state, event) not in IGNORED:
                return [Rejected(self.turn, self.state, event)]
            if (self.state, event) == (State.LISTENING, Event.USER_STARTED) and not self._open:
                self._open_turn()
                return [TurnOpened(self.turn)]
            return []
        source, self.state = self.state, target
        self.deadline = None
        follow = self._on(event, source, now=now, text=text, goes_on=goes_on)
        if source is target:
            return follow  # hung up while nobody had the floor
        return [Transition(self.turn, source, target, event, now), *follow]

    @property
    def rests(self) -> bool:
        """Whether nobody has the floor, or only a caller who has not begun a turn."""
        return self.state is State.IDLE or (self.state is State.LISTENING and not self._open)

    @property
    def resumable(self) -> bool:
        """Whether a reply was cut that may still go on."""
        return self._cut is not None

    @property
    def goes_on(self) -> bool:
        """Whether the caller was not done: the words so far may belong to the next turn."""
        return bool(self._joined)

    def joined(self, text: str) -> str:
        """`text` after the words that the caller goes on with."""
        anew = self.resumable and begins_anew(text)
        return text if anew else f"{self._joined} {text}".strip()

    @property
    def apologising(self) -> bool:
        """Whether an apology is on its way and not heard yet."""
        return self._failing and self.state is State.THINKING

    def turn_over(self, text: str, *, now: float, backchannel: bool = False) -> list[Action]:
        """The caller stopped: answers `text`, goes on with the cut reply, or waits again."""
        words = text.strip()
        if self.resumable and (backchannel or not words):
            return self.handle(Event.FALSE_INTERRUPTION, now=now)
        event = Event.END_OF_TURN if words or self._joined else Event.NOTHING_HEARD
        return self.handle(event, now=now, text=words)

    def failed(self, *, now: float, turn: int) -> list[Action]:
        """The answer of `turn` can't be made: apologises once, then gives up."""
        if turn != self.turn or self.state not in (State.THINKING, State.SPEAKING):
            return []
        if self.state is State.SPEAKING:  # what is being said is finished first
            first, self._failing = not self._failing, True
            return [Failing(turn)] if first else []
        if self._failing:
            return [*self.handle(Event.TURN_FAILED, now=now), CutSpeech(turn)]
        self._failing = True
        self.deadline = now + APOLOGY_SECONDS
        return [
            Failing(turn),
            CutSpeech(turn),
            Apologise(turn),
        ]  # an answer that comes late is not wanted

    def speech_finished(self, *, now: float, turn: int) -> list[Action]:
        """The last audio of the reply of `turn` was heard."""
        failing = self._failing and turn == self.turn and self.state is State.SPEAKING
        event = Event.TURN_FAILED if failing else Event.SPEECH_FINISHED
        return self.handle(event, now=now, turn=turn)

    def wake(self, *, now: float) -> list[Action]:
        """What the passing of `deadline` means."""
        if self.deadline is None or now < self.deadline:
            return []
        self.deadline = None
        if self.state is State.INTERRUPT:
            return self.handle(Event.BUFFERS_RESET, now=now)
        return self.failed(now=now, turn=self.turn)

    def _on(
        self, event: Event, source: State, *, now: float, text: str, goes_on: bool
    ) -> list[Action]:
        match event:
            case Event.USER_STARTED if self.state is State.LISTENING:
                self._open_turn()
            case Event.USER_STARTED:
                return self._interrupt(source, now, goes_on=goes_on)
            case Event.BUFFERS_RESET:
                self._open_turn()
            case Event.END_OF_TURN:
                return self._answer(text, now)
            case Event.FALSE_INTERRUPTION:
                return self._resume()
            case Event.SPEECH_FINISHED:
                return self._complete()
            case Event.TURN_FAILED:
                return self._complete(failed=True)
            case Event.DISCONNECTED:
                self._open, self._joined, self._cut, self._failing = False, "", None, False
            case Event.NOTHING_HEARD:
                self._open = False
            case _:
                pass
        return []

    def _open_turn(self) -> None:
        self.highest += 1
        self.turn, self._open, self.utterance = self.highest, True, ""

    def _answer(self, text: str, now: float) -> list[Action]:
        if not self._open:
            self._open_turn()
        self.utterance = self.joined(text)
        joined = self.goes_on and self.utterance != text
        self._open, self._joined, self._cut, self._failing = False, "", None, False
        self._answered.add(self.turn)
        self.deadline = now + THINKING_SECONDS
        return [AnswerTurn(self.turn, self.utterance, joined)]

    def _interrupt(self, source: State, now: float, *, goes_on: bool) -> list[Action]:
        self.deadline = now + RESET_SECONDS
        self._joined = self.utterance if goes_on or source is State.THINKING else ""
        self._cut = self.turn if source is State.SPEAKING else None
        return [CutSpeech(self.turn), *self._complete(interrupted=True)]

    def _resume(self) -> list[Action]:
        self.utterance = self._joined or self.utterance
        self.turn, self._cut, self._open, self._joined = self._cut or 0, None, False, ""
        return [ResumeSpeech(self.turn)]

    def _complete(self, *, interrupted: bool = False, failed: bool = False) -> list[Action]:
        self._failing = False
        if self.turn not in self._answered:
            return []  # a greeting answers nobody; a resumed reply was completed when it was cut
        self._answered.discard(self.turn)
        return [CompleteTurn(self.turn, interrupted, failed)]
