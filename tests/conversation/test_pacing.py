"""Audio leaves as it is heard: a little ahead of the ear, never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.pacing import LEAD_SECONDS, Pacer


def test_the_first_audio_may_leave_at_once():
    """Nobody waits for a clock to start."""
    assert Pacer().due(now=7.0) == 7.0
    assert Pacer().played(now=7.0) == 0.0


def test_the_next_audio_is_due_when_its_lead_has_begun():
    """80 ms before the caller's ear comes to its end."""
    pacer = Pacer()
    pacer.leaves(0.5, now=10.0)
    assert pacer.due(now=10.1) == pytest.approx(10.5 - LEAD_SECONDS)


def test_the_pacer_counts_what_was_heard_not_what_was_sent():
    """Audio sent ahead is not heard yet; a pause moves what follows, not what was."""
    pacer = Pacer(lead=0.1)
    pacer.leaves(0.04, now=10.0)
    pacer.leaves(0.04, now=10.0)
    assert pacer.played(now=10.05) == pytest.approx(0.05)
    assert pacer.played(now=99.0) == pytest.approx(0.08)
    pacer.leaves(0.04, now=20.0)
    assert pacer.played(now=20.01) == pytest.approx(0.09)
    assert pacer.over(now=20.01) == pytest.approx(20.04)


@given(st.lists(st.tuples(st.floats(0.001, 0.2), st.floats(0, 1)), min_size=1, max_size=40))
def test_a_reply_is_never_heard_faster_than_it_is_long(chunks: list[tuple[float, float]]):
    """With delays anywhere: the ear is behind what was sent by at most the lead, when it is due."""
    pacer, now, began = Pacer(), 0.0, 0.0
    for seconds, delay in chunks:
        now = max(now, pacer.due(now=now)) + delay
        assert pacer.sent - pacer.played(now=now) <= LEAD_SECONDS + 1e-9
        pacer.leaves(seconds, now=now)
        assert 0 <= pacer.played(now=now) <= now - began + 1e-9
    assert pacer.over(now=now) - began >= sum(seconds for seconds, _ in chunks) - 1e-9
    assert pacer.played(now=pacer.over(now=now)) == pytest.approx(pacer.sent)


def test_what_is_not_reported_was_not_heard():
    """Where a report follows every 0.2 s of audio, the ear is never further than the next one."""
    pacer = Pacer(reports_every=0.2)
    pacer.leaves(3.0, now=10.0)
    assert pacer.played(now=10.1) == pytest.approx(0.1)
    assert pacer.played(now=12.0) == pytest.approx(0.2)
    pacer.reported(0.6, now=12.0)
    assert pacer.played(now=12.1) == pytest.approx(0.7)
    assert pacer.played(now=15.0) == pytest.approx(0.8)


def test_a_reply_is_over_when_a_late_line_has_played_it():
    """Reports that come late move the end; without any, our clock has to do."""
    pacer = Pacer(reports_every=0.2)
    pacer.leaves(3.0, now=10.0)
    assert pacer.over(now=11.0) == pytest.approx(13.0)
    pacer.reported(0.2, now=12.0)
    assert pacer.over(now=12.0) == pytest.approx(14.8)
    pacer.reported(2.8, now=12.5)
    assert pacer.over(now=12.5) == pytest.approx(13.0)


def test_a_resumed_reply_begins_where_it_was_cut():
    """What was heard before needs no report again."""
    pacer = Pacer(sent=2.0, reports_every=0.2)
    assert pacer.played(now=5.0) == 2.0
    pacer.leaves(1.0, now=5.0)
    assert pacer.played(now=9.0) == pytest.approx(2.2)
