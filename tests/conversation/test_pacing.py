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
