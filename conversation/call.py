"""A call: what the caller does and what the bot does, in; what to say, hold, cut and tell, out.

    voice_started, voice_stopped, words, turn_ended ─┐             ┌─► Say, Answer
    speech_started, speech_finished, speech_cut ─────┼─► Call ─────┼─► Hold, Release, Cut, Resume
    connected, failed, disconnected, wake ───────────┘             └─► Tell, Record, Count

Everything is decided here, by `Conversation` (whose turn it is), `Overlap` (who has the floor when
both speak) and `Utterance` (what was said); nothing here waits or reads a clock.
"""

from dataclasses import dataclass, field
from math import inf

from conversation.actions import Action, Ahead, Cut, Hold, Release, Tell
from conversation.ahead import Searching
from conversation.announcements import Announcements
from conversation.consenting import says_yes
from conversation.desk import Desk
from conversation.following import Following
from conversation.ledger import Ledger, Ledgers
from conversation.listening import Utterance
from conversation.machine import Action as Move
from conversation.machine import Conversation, Transition
from conversation.memory import Memory
from conversation.states import Event, State
from conversation.telling import barge_in, record
from conversation.turn_taking import Floor, Overlap, is_backchannel, takes_the_turn

_OVERLAPPED = (State.THINKING, State.SPEAKING)


@dataclass
class Call:
    """One session's turn-taking. All times are seconds on one monotonic clock."""

    tell: Announcements
    greeting: str = ""
    apology: str = ""
    sample_rate: int = 24000  # of the audio we send
    resume_token: str = ""  # of a session that can be resumed
    conversation: Conversation = field(default_factory=Conversation)
    memory: Memory = field(default_factory=Memory)
    desk: Desk = field(default_factory=Desk)
    ledgers: Ledgers = field(default_factory=Ledgers)
    _utterance: Utterance = field(default_factory=Utterance)
    _overlap: Overlap = field(default_factory=Overlap)
    _ledger: Ledger = field(default_factory=Ledger)
    _searching: Searching = field(default_factory=Searching)
    _asking: bool = False  # a question of ours is being heard

    def __post_init__(self) -> None:
        self._following = Following(
            self.tell, self.apology, self.conversation, self.memory, self.desk, self.ledgers
        )

    @property
    def deadline(self) -> float | None:
        """The one moment at which `wake` must be called, or None."""
        of = (self.conversation.deadline, self._overlap.deadline, self._utterance.deadline)
        return min((at for at in of if at is not None), default=None)

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way that will be said without another word of the caller."""
        return self.desk.settled and not self._following.ordered

    # The connection

    def connected(self, *, now: float) -> list[Action]:
        """A client is there: greets it, unless the conversation is under way."""
        state, turn, rate = self.conversation.state, self.conversation.turn, self.sample_rate
        started = self.tell.session_started(state, turn, sample_rate=rate, token=self.resume_token)
        moves = self.conversation.handle(Event.CONNECTED, now=now)
        greets = bool(self.greeting) and self.conversation.turn == 0
        said = self._following.say(self.conversation.turn, self.greeting) if greets else []
        return [Tell(started), *self._follow(moves, now), *said]

    def disconnected(self, *, now: float) -> list[Action]:
        """The client is gone."""
        moves = self.conversation.handle(Event.DISCONNECTED, now=now)
        closing = self.desk.closed(self.tell)
        self._forget()
        return [*closing, *self._follow(moves, now), Tell(self.tell.session_ended("hang_up"))]

    # The caller

    def voice_started(self, *, now: float, sure: bool = False) -> list[Action]:
        """A sound began; a bot that has the floor pauses until it is told apart, or is `sure`."""
        self._utterance.voice_started()
        if sure and self.conversation.state in _OVERLAPPED:
            return [barge_in(true=True), *self._take_floor(now)]
        if self.conversation.state not in _OVERLAPPED:
            return self._take_floor(now)
        return [Hold()] if self._overlap.voice_started(now=now) is Floor.HOLD else []

    def voice_stopped(self, *, now: float, silence: float) -> list[Action]:
        """The sound ended `silence` seconds ago; its transcript follows."""
        self._utterance.voice_stopped(transcript_follows=True)
        self._overlap.voice_stopped(now=now)
        self._ledger.moved("speech_ended", now=now - silence)
        return []

    def words(
        self, text: str, *, final: bool, now: float, segment: int | None = None
    ) -> list[Action]:
        """A partial or final transcript; a later one of the same segment replaces it."""
        spoke = self._utterance.voice or self._utterance.owed
        self._utterance.heard(text, final=final, segment=segment)
        if final:
            self._ledger.moved("transcribed", now=now)
        actions: list[Action] = []
        if spoke and self.conversation.state is State.IDLE:  # they began over a reply, now over
            takes = takes_the_turn(self._utterance.text, final=final, seconds=inf)
            actions = self._take_floor(now) if takes else []
        if self.conversation.state in _OVERLAPPED:
            actions = self._tell_apart(final, now)
        elif text.strip():
            actions.append(Tell(self.tell.transcript("user", self._utterance.text, final=False)))
        return actions + self._maybe_turn_over(now)

    def turn_ended(self, *, now: float) -> list[Action]:
        """The caller's turn is over; its words may still be on their way."""
        self._utterance.ended(now=now)
        self._ledger.moved("turn_over", now=now)
        return self._maybe_turn_over(now)

    # The bot

    def speech_started(self, turn: int, *, entered: float, now: float) -> list[Action]:
        """The first audio of the reply of `turn` left; it had been made at `entered`."""
        self._following.ordered = False
        self.ledgers.of(turn).mark("audio_out", now=now)
        moves = self.conversation.handle(Event.SPEECH_STARTED, now=now, turn=turn)
        begun = self.desk.begun(turn, self.tell)
        return [*self._follow(moves, now, entered=entered), *begun]

    def speaking(self, text: str) -> list[Action]:
        """The next piece of the reply begins to be heard."""
        self._asking = "?" in text and self.desk.awaits_yes
        return [Tell(self.tell.transcript("agent", text, final=False))]

    def speech_finished(self, turn: int, heard: str, *, now: float) -> list[Action]:
        """The reply of `turn` was heard to its end; without words there was none."""
        self._following.ordered = False
        if not heard and self.conversation.state is not State.SPEAKING:
            return self.failed(turn=turn, now=now)
        said = Tell(self.tell.transcript("agent", heard, final=True))
        kept = [*self._remember(turn, heard), said] if heard else []
        done = self.desk.heard(turn, self.tell, self.memory)
        moves = self.conversation.speech_finished(now=now, turn=turn)
        return [*kept, *done, *self._follow(moves, now)]

    def speech_cut(self, turn: int | None, heard: str, *, now: float) -> list[Action]:
        """The audio has stopped; the caller had heard `heard` of the reply of `turn`."""
        self._following.cutting = False
        actions: list[Action] = []
        if turn is not None:
            cleared = Tell(self.tell.clear(heard))
            kept = record(self.tell, "barge_in", turn=turn)
            actions = [*self._remember(turn, heard), cleared, kept]
        if self.conversation.state is State.INTERRUPT:
            actions += self._follow(self.conversation.handle(Event.BUFFERS_RESET, now=now), now)
        return actions + self._maybe_turn_over(now)

    def failed(self, *, now: float, turn: int | None = None) -> list[Action]:
        """The answer can't be made or spoken."""
        if self._following.cutting and self.conversation.apologising:
            return []  # still about the answer that was given up, not about the apology
        turn = self.conversation.turn if turn is None else turn
        return self._follow(self.conversation.failed(now=now, turn=turn), now)

    def delivered(self, key: str, *, ok: bool) -> list[Action]:
        """A Post has come to its end; the caller is told once nobody speaks."""
        self.desk.delivered(key, ok)
        return self._outcome()

    def wake(self, *, now: float) -> list[Action]:
        """`deadline` has passed."""
        released = self._overlap.wake(now=now) is Floor.RELEASE
        actions: list[Action] = [barge_in(true=False), Release()] if released else []
        self._utterance.wake(now=now)
        actions += self._follow(self.conversation.wake(now=now), now)
        return actions + self._maybe_turn_over(now)

    # Rules

    def _take_floor(self, now: float) -> list[Action]:
        early = self._following.ordered and self.conversation.state is State.LISTENING
        self._following.ordered = False
        moves = self.conversation.handle(Event.USER_STARTED, now=now)
        return [*([Cut()] if early else []), *self._follow(moves, now)]

    def _tell_apart(self, final: bool, now: float) -> list[Action]:
        text = self._utterance.text
        answers = final and self._says_yes(text)
        floor = self._overlap.heard(text, final=final, now=now, answers=answers)
        if floor is Floor.YIELD:
            return [barge_in(true=True), *self._take_floor(now)]
        if floor is Floor.RELEASE:
            self._forget()
            return [barge_in(true=False), Release()]
        return []

    def _maybe_turn_over(self, now: float) -> list[Action]:
        if not self._utterance.complete or self.conversation.state is State.INTERRUPT:
            return self._ahead(now)
        if self.conversation.state is not State.LISTENING:
            if not self._overlap.holding:
                self._forget()
            return []
        text, ledger = self._utterance.text, self._ledger
        self._forget()
        hums = is_backchannel(text) and not self._says_yes(text)
        moves = self.conversation.turn_over(text, now=now, backchannel=hums)
        self.ledgers.begin(self.conversation.turn, ledger)
        return self._follow(moves, now)

    def _says_yes(self, text: str) -> bool:
        return self._asking and says_yes(text)

    def _outcome(self) -> list[Action]:
        rests = self.conversation.state is State.IDLE and not self._following.ordered
        text = self.desk.outcome() if rests else ""
        return self._following.say(self.conversation.turn, text) if text else []

    def _ahead(self, now: float) -> list[Action]:
        text, about = self.conversation.joined(self._utterance.text), self.memory.about
        listening = self.conversation.state is State.LISTENING
        wanted = listening and self._searching.wants(text, about=about, now=now)
        return [Ahead(text, about)] if wanted else []

    def _forget(self) -> None:
        self._searching.forget()
        self._utterance = Utterance(voice=self._utterance.voice)
        self._ledger = Ledger()

    def _remember(self, turn: int, heard: str) -> list[Action]:
        self.memory.heard(turn, heard)
        return [record(self.tell, "answer", turn=turn, text=heard)]

    def _follow(
        self, moves: list[Move], now: float, *, entered: float | None = None
    ) -> list[Action]:
        held: list[Action] = []
        if any(isinstance(m, Transition) and m.target not in _OVERLAPPED for m in moves):
            held = [Release()] if self._overlap.holding else []
            self._overlap = Overlap()
        followed = self._following.all(moves, now=now, entered=entered)
        return [*held, *followed, *self._outcome()]
