"""A recorded conversation, run through the machine again, comes to the same."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from conversation.actions import Action
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.redaction import without_numbers, without_words
from conversation.replaying import replay
from conversation.telling import begun

Entry = dict[str, Any]
TELL = Announcements("s", lambda: 1.0)
WORDS = st.sampled_from(
    ["", "okay", "stop", "when is the deadline", "five five five five", "wait 55", "55 is it"]
)
DOES = st.sampled_from(
    ["voice", "certain voice", "quiet", "over", "speaks", "spoke", "cut", "fails", "waits", "long"]
)
STEPS = st.lists(st.tuples(DOES, WORDS, st.integers(0, 2)), max_size=60)
DECIDED = ("transition", "turn", "failure", "transcript", "ledger")


class Recorder:
    """Calls whose entries are kept, as a session of several connections leaves them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.context: Entry | None = None

    def connect(self) -> Call:
        call = Call(TELL, "Hello.", "Sorry.", kept=self.context)
        self.entries.append(dict(begun(TELL, call.conversation).entry))
        self.keep(call, call.connected(now=0.0))
        return call

    def keep(self, call: Call, actions: list[Action]) -> None:
        for entry in call.entries(actions):
            if entry["kind"] == "context":
                self.context = dict(entry)
            else:
                self.entries.append(dict(entry))

    def play(self, steps: list[tuple[str, str, int]], *, hang_up: bool = True) -> None:
        """One connection: whatever callers, recognisers and voices do, in any order."""
        call, now = self.connect(), 0.0
        for does, words, back in steps:
            now += 0.2
            turn = max(0, call.conversation.turn - back)
            match does:
                case "voice" | "certain voice":
                    self.keep(call, call.voice_started(now=now, sure=does == "certain voice"))
                case "quiet":
                    self.keep(call, call.voice_stopped(now=now, silence=0.2))
                    self.keep(call, call.words(words, final=True, now=now))
                case "over":
                    self.keep(call, call.turn_ended(now=now))
                case "speaks":
                    self.keep(call, call.speech_started(turn, entered=now, now=now))
                case "spoke":
                    self.keep(call, call.speech_finished(turn, words, now=now))
                case "cut":
                    self.keep(call, call.speech_cut(turn, words, now=now))
                case "fails":
                    self.keep(call, call.failed(now=now))
                case "waits":
                    self.keep(call, call.wake(now=now))
                case _:
                    now += 11
                    self.keep(call, call.wake(now=now))
        if hang_up:
            self.keep(call, call.disconnected(now=now))


def recorded(*connections: list[tuple[str, str, int]]) -> list[Entry]:
    """The stream of a session with these connections."""
    recorder = Recorder()
    for steps in connections:
        recorder.play(steps)
    return recorder.entries


ASKED = [
    ("voice", "", 0), ("quiet", "when is the deadline", 0), ("over", "", 0), ("speaks", "", 0),
]  # fmt: skip
BROKEN_INTO = [*ASKED, ("certain voice", "", 0), ("cut", "The", 0)]


@given(st.lists(STEPS, min_size=1, max_size=3), st.booleans())
def test_whatever_happened_is_replayed_without_a_difference(
    connections: list[list[tuple[str, str, int]]], died: bool
):
    """In any order, over several connections, though a worker died between them."""
    recorder = Recorder()
    for steps in connections:
        recorder.play(steps, hang_up=not died)
    result = replay(recorder.entries)
    assert (result.differences, result.missing) == ([], [])
    assert result.connections == len(connections)
    assert result.steps == sum(e["kind"] in DECIDED for e in recorder.entries)


@given(STEPS, st.sampled_from([without_numbers, without_words]))
def test_words_that_were_not_kept_make_no_difference(steps: list[tuple[str, str, int]], keep: Any):
    """Redacted, or with transcripts off, the machine moves as it did."""
    result = replay([keep(e) for e in recorded(steps)])
    assert result.differences == []


@given(STEPS, st.data())
def test_an_entry_that_was_tampered_with_is_found(
    steps: list[tuple[str, str, int]], data: st.DataObject
):
    """Another state, another turn, another kind, or one that never happened."""
    entries = recorded([*BROKEN_INTO, *steps])
    at = data.draw(st.sampled_from([i for i, e in enumerate(entries) if e["kind"] in DECIDED]))
    how = data.draw(st.sampled_from(["to", "turn", "kind", "twice"]))
    entry = entries[at]
    match how:
        case "to":
            assume("to" in entry)
            entries[at] = {**entry, "to": "IDLE" if entry["to"] != "IDLE" else "THINKING"}
        case "turn":
            entries[at] = {**entry, "turn": entry["turn"] + 7}
        case "kind":
            entries[at] = {**entry, "kind": "ledger" if entry["kind"] != "ledger" else "turn"}
        case _:
            entries.insert(at, entry)
    assert replay(entries).differences


def test_a_difference_says_what_was_recorded_and_what_it_should_have_been():
    """Turn, recorded, replayed."""
    entries = recorded(ASKED)
    entry = next(e for e in entries if e.get("to") == "THINKING")
    entry["to"] = "SPEAKING"
    (difference,) = replay(entries).differences
    assert difference.turn == 1
    assert difference.recorded == "end_of_turn to SPEAKING, turn 1"
    assert difference.replayed == "end_of_turn to THINKING, turn 1"


@pytest.mark.parametrize("lost", DECIDED[-2:])
def test_an_answer_that_is_missing_is_found(lost: str):
    """The words of a turn, or its completion."""
    entries = recorded([*BROKEN_INTO, *ASKED])
    first = next(i for i, e in enumerate(entries) if e["kind"] == lost)
    assert replay(entries[:first] + entries[first + 1 :]).differences


def test_words_that_were_joined_are_joined_again():
    """Who goes on while we think is answered to all of it: other words are a difference."""
    steps = [*ASKED[:3], ("certain voice", "", 0), ("cut", "", 0), *ASKED[1:3]]
    entries = recorded(steps)
    last = [e for e in entries if e["kind"] == "transcript"][-1]
    assert last["text"] == "when is the deadline when is the deadline"
    assert replay(entries).differences == []
    last["text"] = "something else"
    (difference,) = replay(entries).differences
    assert "something else" not in difference.recorded


def test_a_trimmed_stream_is_replayed_from_the_first_connection_that_is_whole():
    """And says that its beginning is missing."""
    entries = recorded(ASKED, BROKEN_INTO, ASKED)
    result = replay(entries[3:])
    assert result.missing == ["The beginning of the stream is not kept any more."]
    assert (result.connections, result.differences) == (2, [])
    result = replay(recorded(ASKED)[2:])
    assert result.missing == ["No connection is kept from its beginning."]
    assert (result.connections, result.steps) == (0, 0)


def test_a_gap_ends_what_can_be_compared_until_the_next_connection():
    """Entries that Redis never got are told, and are no difference."""
    first, second = recorded(BROKEN_INTO), recorded(BROKEN_INTO, ASKED)
    gap: Entry = {"kind": "gap", "dropped": 3, "turn": 1}
    result = replay([*first[:3], gap, *first[6:], *second[len(first) :]])
    assert result.missing == ["3 entries of connection 1 were never written."]
    assert (result.connections, result.differences) == (2, [])


def test_a_session_that_goes_on_with_a_lower_turn_is_a_difference():
    """Turn numbers are not used twice, over connections either."""
    entries = recorded(ASKED, ASKED)
    again = [i for i, e in enumerate(entries) if e["kind"] == "begun"][-1]
    entries[again] = {**entries[again], "turn": 0}
    (difference, *_) = replay(entries).differences
    assert (difference.connection, difference.recorded) == (2, "begins with turn 0")
