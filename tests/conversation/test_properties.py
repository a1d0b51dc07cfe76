"""Whatever happens, in whatever order: never stuck, never out of the table, nothing said twice."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conversation.actions import Action, Answer, Cut, Hold, Release, Resume, Say, Tell
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.machine import Conversation, Rejected, Transition
from conversation.states import TRANSITIONS, Event, State

WORDS = st.sampled_from(["", "okay", "mm-hm", "stop", "man", "when is the deadline", "how much"])


@given(st.lists(st.tuples(st.sampled_from(Event), st.integers(0, 4) | st.none()), max_size=60))
def test_any_sequence_of_events_stays_in_the_table(events: list[tuple[Event, int | None]]):
    """Each move is a row, follows the one before, and turn numbers never go back but to resume."""
    conversation, at = Conversation(), State.IDLE
    for number, (event, turn) in enumerate(events):
        for action in conversation.handle(event, now=float(number), turn=turn, text="x"):
            if isinstance(action, Transition):
                assert action.source == at
                assert TRANSITIONS[action.source, action.event] == action.target
                at = action.target
            elif isinstance(action, Rejected):
                assert action.state == at
        assert conversation.state == at


class Interleavings(RuleBasedStateMachine):
    """A call with a caller, a recogniser and a mouth that all take their time, in any order."""

    @initialize()
    def connect(self) -> None:
        self.now = 0.0
        self.call = Call(Announcements("s", lambda: 0.0), greeting="Hello.", apology="Sorry.")
        self.pending: list[tuple[int, str]] = []  # speech that was ordered
        self.speaking: int | None = None
        self.cut_owed: list[tuple[int | None, str]] = []
        self.kept: int | None = None  # the turn whose rest may still be spoken
        self.held = False
        self.moves: list[dict] = []
        self.started: Counter[int] = Counter()
        self.resumed: Counter[int] = Counter()
        self.completed: Counter[int] = Counter()
        self.answered: set[int] = set()
        self._do(self.call.connected(now=0.0))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Tell({"type": "state_change"} as message):
                    self.moves.append(message)
                case Tell({"type": "turn_complete", "turn_number": turn}):
                    self.completed[turn] += 1
                case Say(turn, text):
                    self.pending.append((turn, text))
                case Answer(turn, _, _, _):
                    self.answered.add(turn)
                    self.pending.append((turn, "The answer."))
                case Hold():
                    self.held = True
                case Release():
                    self.held = False
                case Cut():
                    heard = (self.speaking, "The") if self.speaking is not None else (None, "")
                    self.kept = self.speaking
                    self.speaking, self.pending, self.held = None, [], False
                    self.cut_owed.append(heard)
                case Resume(turn):
                    assert turn == self.kept
                    self.speaking = turn
                    self.resumed[turn] += 1
                case _:
                    pass

    @rule(seconds=st.sampled_from([0.01, 0.2, 0.6, 3.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        if self.call.deadline is not None and self.call.deadline <= self.now:
            self._do(self.call.wake(now=self.now))

    @rule()
    def a_sound_begins(self) -> None:
        self._do(self.call.voice_started(now=self.now))

    @rule(text=WORDS, over_first=st.booleans())
    def a_sound_ends(self, text: str, over_first: bool) -> None:
        """The transcript comes before or after the judgement that the turn is over."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        if over_first:
            self._do(self.call.turn_ended(now=self.now))
        self._do(self.call.words(text, final=True, now=self.now))
        if not over_first:
            self._do(self.call.turn_ended(now=self.now))

    @rule(text=WORDS)
    def words_come_early(self, text: str) -> None:
        self._do(self.call.words(text, final=False, now=self.now))

    @precondition(lambda self: self.pending and self.speaking is None and not self.held)
    @rule()
    def the_mouth_starts(self) -> None:
        turn, _ = self.pending.pop(0)
        self.speaking = turn
        self.started[turn] += 1
        self._do(self.call.speech_started(turn, entered=self.now, now=self.now))

    @precondition(lambda self: self.speaking is not None and not self.held)
    @rule()
    def the_mouth_ends(self) -> None:
        turn, self.speaking = self.speaking, None
        self._do(self.call.speech_finished(turn, "The answer.", now=self.now))

    @precondition(lambda self: self.cut_owed)
    @rule()
    def the_cut_is_confirmed(self) -> None:
        turn, heard = self.cut_owed.pop(0)
        self._do(self.call.speech_cut(turn, heard, now=self.now))

    @rule()
    def the_answer_fails(self) -> None:
        self._do(self.call.failed(now=self.now))

    @invariant()
    def moves_are_a_chain_of_rows(self) -> None:
        at = State.IDLE
        for move in self.moves:
            assert move["from"] == at
            assert (move["from"], move["to"]) in {(s, t) for (s, _), t in TRANSITIONS.items()}
            at = move["to"]
        assert at == self.call.conversation.state

    @invariant()
    def speech_is_told_only_with_a_reason(self) -> None:
        for before, move in zip([None, *self.moves], self.moves, strict=False):
            if move["to"] == State.SPEAKING:
                reason = move["from"] == State.THINKING or move["turn_number"] == 0
                resumed = move["from"] == State.LISTENING and self.resumed[move["turn_number"]]
                assert reason or resumed, (before, move)

    @invariant()
    def nothing_is_said_twice(self) -> None:
        """A reply starts once; only an apology may follow it, and a cut reply may go on."""
        assert all(count <= 2 for count in self.started.values())
        assert all(count <= 1 for count in self.completed.values())
        assert set(self.completed) <= self.answered

    def teardown(self) -> None:
        """Left alone, with everything owed delivered, the call comes to rest."""
        for _ in range(40):
            if self.cut_owed:
                self.the_cut_is_confirmed()
            elif self.speaking is not None and not self.held:
                self.the_mouth_ends()
            elif self.pending and not self.held:
                self.the_mouth_starts()
            self.a_sound_ends("", over_first=False)
            self.time_passes(3.0)
        assert self.call.conversation.state in (State.IDLE, State.LISTENING)
        assert not self.held
        assert self.call.deadline is None or self.call.deadline > self.now


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
