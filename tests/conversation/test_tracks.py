"""Two sides of a call lie on one clock."""

import pytest

from conversation.tracks import LOOSE, Track

CHUNK = 0.02


def test_sound_that_flows_has_no_seams():
    """Chunks that come a little early or late follow each other."""
    track = Track()
    for i, jitter in enumerate([0.0, 0.09, -0.01, 0.15, 0.0]):
        now = (i + 1) * CHUNK + jitter
        assert track.place(CHUNK, now=now, quiet=False) == 0.0
    assert track.end == pytest.approx(5 * CHUNK)


def test_a_pause_of_the_line_is_silence():
    """What comes after it lies where it was heard."""
    track = Track()
    track.place(CHUNK, now=CHUNK, quiet=False)
    assert track.place(CHUNK, now=3.0, quiet=False) == pytest.approx(3.0 - 2 * CHUNK)
    assert track.end == pytest.approx(3.0)


def test_a_burst_after_a_pause_is_made_up_for_where_it_is_quiet():
    """No word is lost, and the track is on time again."""
    track = Track()
    assert track.fill(1.0) == 1.0
    for _ in range(50):  # a second of speech, all at once
        assert track.place(CHUNK, now=1.0, quiet=False) is not None
    assert track.end == pytest.approx(2.0)
    left_out, now = 0, 1.0
    for _ in range(100):
        now += CHUNK
        left_out += track.place(CHUNK, now=now, quiet=True) is None
    assert left_out * CHUNK == pytest.approx(1.0 - LOOSE, abs=2 * CHUNK)
    assert track.end - now <= LOOSE + CHUNK


def test_filling_never_takes_anything_away():
    """A track that is longer already stays as it is."""
    track = Track()
    track.place(1.0, now=1.0, quiet=False)
    assert track.fill(0.5) == 0.0
    assert track.fill(1.5) == 0.5
    assert track.end == 1.5
