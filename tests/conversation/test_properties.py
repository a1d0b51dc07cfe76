"""In whatever order: never stuck, nothing said twice, nothing heard ahead of its turn."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conversation.actions import (
    Action,
    Answer,
    AnswerAhead,
    Cut,
    DropAhead,
    Hold,
    Release,
    Resume,
    Say,
    Tell,
)
from conversation.ahead import stands_in
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.states import TRANSITIONS, State
from tests.conversation.twins import Twins

PIECES = ("The answer is this.", "And that.")
WORDS = st.sampled_from(["", "okay", "mm-hm", "stop", "man", "when is the deadline", "how much"])


class Interleavings(RuleBasedStateMachine):
    """A call with a caller, a recogniser and a mouth that all take their time, in any order."""

    answered_at_once = True

    @initialize()
    def connect(self) -> None:
        self.now = 0.0
        self.context: dict = {}
        self.past_first: set[int] = set()  # turns of whose answer the second piece was begun
        self.completed: Counter[int] = Counter()
        self.answered: set[int] = set()
        self._connect()

    def _connect(self, kept: dict | None = None) -> None:
        tell = Announcements("s", lambda: 0.0)
        how: dict[str, Any] = {"greeting": "Hello.", "apology": "Sorry.", "kept": kept}
        ahead = Call(tell, answers_ahead=True, **how)
        self.call = Twins(ahead, Call(tell, **how)) if self.answered_at_once else ahead
        self.ahead: AnswerAhead | None = None  # is being made, and kept back
        self.first = self.call.conversation.state
        self.pending: list[tuple[int, str]] = []  # speech that was ordered
        self.speaking: int | None = None
        self.cut_owed: list[tuple[int | None, str]] = []
        self.kept: int | None = None  # the turn whose rest may still be spoken
        self.held = False
        self.moves: list[dict] = []
        self.said: Counter[int] = Counter()  # words of our own
        self.started: Counter[int] = Counter()
        self.resumed: Counter[int] = Counter()
        self._do(self.call.connected(now=self.now))

    def _do(self, actions: list[Action]) -> None:
        self._keep(self.call.entries(actions))
        for action in actions:
            match action:
                case Tell({"type": "state_change"} as message):
                    self.moves.append(message)
                case Tell({"type": "turn_complete", "turn_number": turn}):
                    self.completed[turn] += 1
                case Say(turn, text, _):
                    self.said[turn] += 1
                    self.pending.append((turn, text))
                case AnswerAhead():
                    assert self.ahead is None
                    self.ahead = action
                case DropAhead():
                    assert self.ahead
                    self.ahead = None
                case Answer(turn, text, about, messages, heard, stands):
                    if stands:
                        assert self.ahead
                        assert stands_in(self.ahead.text, text)
                        made = (self.ahead.turn, self.ahead.about, self.ahead.messages)
                        assert made == (turn, about, messages)
                    assert bool(self.ahead) is stands  # another one was dropped before
                    self.ahead = None
                    self.answered.add(turn)
                    rest = " ".join(PIECES[heard.count(".") :])
                    self.pending.append((turn, rest))
                case Hold():
                    self.held = True
                case Release():
                    self.held = False
                case Cut():
                    heard = (self.speaking, "The") if self.speaking is not None else (None, "")
                    self.kept = self.speaking
                    self.speaking, self.pending, self.held = None, [], False
                    self.ahead = None
                    self.cut_owed.append(heard)
                case Resume(turn):
                    assert turn == self.kept
                    self.speaking = turn
                    self.resumed[turn] += 1
                case _:
                    pass

    def _keep(self, entries: Sequence[Mapping]) -> None:
        for entry in entries:
            if entry["kind"] == "context":
                self.context = json.loads(json.dumps(entry))

    @rule(words=st.booleans())
    def the_worker_dies(self, words: bool) -> None:
        """Another one takes the call up. words: whether what was said is kept."""
        self._connect({k: v for k, v in self.context.items() if words or k != "talk"})

    @rule()
    def the_line_drops(self) -> None:
        self._do(self.call.disconnected(now=self.now, reason="lost"))
        self._connect(self.context)

    @rule(seconds=st.sampled_from([0.01, 0.2, 0.6, 3.0, 3.5]))
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
    def a_transcript_comes_late(self, text: str) -> None:
        """The recogniser is busy: longer than it is waited for."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        self._do(self.call.turn_ended(now=self.now))
        self.time_passes(3.5)
        self._do(self.call.words(text, final=True, now=self.now))
        while self.cut_owed:
            self.the_cut_is_confirmed()
        waits = self.call.conversation.state is State.LISTENING and not self.call.conversation.rests
        assert self.call.deadline is not None or not waits

    @rule(text=WORDS)
    def words_come_early(self, text: str) -> None:
        self._do(self.call.words(text, final=False, now=self.now))

    @rule(text=WORDS)
    def a_silence_begins(self, text: str) -> None:
        """All that was said is transcribed, and the turn may be over."""
        self._do(self.call.words(text, final=False, now=self.now, lull=True))

    @precondition(lambda self: self.pending and self.speaking is None and not self.held)
    @rule()
    def the_mouth_starts(self) -> None:
        turn, text = self.pending.pop(0)
        self.speaking, self.text = turn, text
        assert not (text.startswith(PIECES[0]) and turn in self.past_first)
        self._keep(self.call.speech_progress(turn, text, ""))
        self.started[turn] += 1
        self._do(self.call.speech_started(turn, entered=self.now, now=self.now))

    @precondition(lambda self: self.speaking is not None and not self.held)
    @rule()
    def the_mouth_ends(self) -> None:
        turn, self.speaking = self.speaking, None
        self._do(self.call.speech_finished(turn, self.text, now=self.now))

    @precondition(lambda self: self.speaking is not None and self.text == " ".join(PIECES))
    @rule()
    def the_second_piece_begins(self) -> None:
        assert self.speaking is not None
        self._keep(self.call.speech_progress(self.speaking, self.text, PIECES[0]))
        self.past_first.add(self.speaking)

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
        at = self.first
        for move in self.moves:
            assert move["from"] == at
            assert (move["from"], move["to"]) in {(s, t) for (s, _), t in TRANSITIONS.items()}
            at = move["to"]
        assert at == self.call.conversation.state

    @invariant()
    def speech_is_told_only_with_a_reason(self) -> None:
        for before, move in zip([None, *self.moves], self.moves, strict=False):
            if move["to"] == State.SPEAKING:
                reason = move["from"] == State.THINKING or self.said[move["turn_number"]]
                resumed = move["from"] == State.LISTENING and self.resumed[move["turn_number"]]
                assert reason or resumed, (before, move)

    @invariant()
    def an_answer_ahead_is_of_a_turn_that_goes_on(self) -> None:
        """Once nobody listens any more it was confirmed or dropped."""
        assert self.ahead is None or self.call.conversation.state is State.LISTENING

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
