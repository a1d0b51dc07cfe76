"""Where a turn's time went: the parts add up, and work done ahead costs nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.ledger import LAST_SOUND, PATH, Ledger, Ledgers

MILESTONES = st.fixed_dictionaries(
    {"speech_ended": st.floats(0, 1000), "audio_out": st.floats(0, 1000)},
    optional={n: st.floats(0, 1000) for n in (*PATH[1:], LAST_SOUND) if n != "audio_out"},
)


def full_ledger(*times: float) -> Ledger:
    return Ledger(dict(zip(PATH, times, strict=True)))


def test_the_parts_of_a_turn_add_up_to_its_total():
    """To the tenth of a millisecond, and the critical rows meet end to end."""
    ledger = full_ledger(0.0, 0.3, 0.35, 0.4, 0.45, 0.55, 0.56, 0.59)
    assert ledger.breakdown() == {
        "stt_ms": 350.0, "thinking_ms": 100.0, "tts_ms": 140.0, "total_ms": 590.0,
    }  # fmt: skip
    rows = [r for r in ledger.rows() if r.critical]
    assert [r.stage for r in rows] == "endpointing stt merge llm tts transport lead_in".split()
    assert rows[0].start_ms == 0
    assert [r.end_ms for r in rows[:-1]] == [r.start_ms for r in rows[1:]]
    assert rows[-1].end_ms == 590.0


def test_work_done_ahead_takes_no_time():
    """A transcript that was there before the turn was over costs 0, not a negative time."""
    ledger = full_ledger(0.0, 0.3, -0.1, 0.31, 0.2, 0.4, 0.41, 0.41)
    lengths = {row.stage: row.end_ms - row.start_ms for row in ledger.rows()}
    assert lengths["stt"] == lengths["llm"] == 0
    assert ledger.breakdown()["stt_ms"] == 300.0


@given(MILESTONES)
def test_no_order_of_milestones_breaks_the_sum(marks: dict[str, float]):
    """Missing ones, ones in the wrong order, ones a hair apart: no part is negative, all add up."""
    ledger = Ledger(marks)
    parts = ledger.breakdown()
    total = parts.pop("total_ms")
    assert all(part >= 0 for part in parts.values())
    assert sum(parts.values()) == pytest.approx(total, abs=0.001)
    rows = [row for row in ledger.rows() if row.critical]
    assert all(row.end_ms >= row.start_ms for row in rows)
    assert rows[-1].end_ms == pytest.approx(total, abs=0.001)


@given(st.floats(0, 0.001), st.floats(0, 0.001))
def test_parts_shorter_than_what_is_shown_are_not_negative(stt: float, tts: float):
    """Two halves of a tenth of a millisecond don't round to more than their sum."""
    parts = full_ledger(0, 0, stt, stt, stt, *3 * [stt + tts]).breakdown()
    assert parts["thinking_ms"] >= 0
    total = parts["stt_ms"] + parts["thinking_ms"] + parts["tts_ms"]
    assert total == pytest.approx(parts["total_ms"], abs=0.001)


def test_time_is_counted_from_the_last_sound_not_from_when_the_vad_was_sure():
    """Whatever happened between the two is part of the wait for the end of the turn."""
    ledger = full_ledger(10.1, 10.3, *6 * [10.5])
    ledger.moved(LAST_SOUND, now=10.0)
    assert ledger.breakdown()["total_ms"] == 500.0
    assert ledger.rows()[0].end_ms == 300.0


def test_what_ran_beside_is_shown_where_it_ran():
    """Intent and retrieval at the same time, neither on the critical path."""
    ledger = full_ledger(10.0, 10.3, 10.3, 10.4, 10.5, 10.6, 10.6, 10.6)
    ledger.span("intent", 10.3, 10.31)
    ledger.span("retrieval", 10.3, 10.38)
    beside = [(r.stage, r.start_ms, r.end_ms) for r in ledger.rows() if not r.critical]
    assert beside == [("intent", 300.0, 310.0), ("retrieval", 300.0, 380.0)]


def test_the_first_words_count_and_the_last_end_of_speech():
    """`mark` keeps the first time, `moved` the last: the caller may speak on."""
    ledger = Ledger()
    ledger.mark("llm_first", now=1.0)
    ledger.mark("llm_first", now=2.0)
    ledger.moved("speech_ended", now=1.0)
    ledger.moved("speech_ended", now=2.0)
    assert ledger.marks == {"llm_first": 1.0, "speech_ended": 2.0}


def test_a_turn_without_speech_has_no_ledger_and_no_error():
    """What was never heard took no time."""
    assert Ledger().rows() == []
    assert Ledger().breakdown()["total_ms"] == 0.0
    assert Ledgers().end(5).rows() == []


def test_what_comes_late_for_a_turn_is_written_nowhere():
    """A turn that ended, or never began, has a ledger that nobody reads."""
    ledgers = Ledgers()
    ledgers.begin(1, Ledger())
    assert ledgers.of(1) is ledgers.of(1)
    ledgers.end(1)
    ledgers.of(1).mark("audio_out", now=1.0)
    assert ledgers.end(1).marks == {}


def test_only_the_last_few_turns_are_kept():
    """Turns that never end don't pile up in a long call."""
    ledgers = Ledgers(kept=2)
    kept = {turn: Ledger() for turn in (1, 2, 3)}
    for turn, ledger in kept.items():
        ledgers.begin(turn, ledger)
    assert ledgers.of(1) is not kept[1]
    assert ledgers.of(2) is kept[2]
    assert ledgers.of(3) is kept[3]
