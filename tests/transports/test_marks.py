"""How much the caller has heard, by Twilio's marks."""

import pytest

from transports.twilio.marks import Marks


def play(marks: Marks, seconds: float) -> list[str]:
    """Sends so much audio in 20 ms; the marks between it."""
    names = [marks.leaves(0.02) for _ in range(round(seconds / 0.02))]
    return [name for name in names if name]


def test_a_mark_that_comes_back_tells_what_is_unheard():
    """One follows every 200 ms of audio."""
    marks = Marks()
    names = play(marks, 1.0)
    assert len(names) == 5
    assert marks.back(names[0]) == pytest.approx(0.8, abs=0.03)
    assert marks.back(names[-1]) == pytest.approx(0.0, abs=0.03)


def test_marks_of_before_a_clear_mean_nothing():
    """Twilio sends them all back at once."""
    marks = Marks()
    before = play(marks, 0.5)
    marks.cleared()
    assert [marks.back(name) for name in before] == [None] * len(before)
    after = play(marks, 0.5)
    assert marks.back(after[-1]) == pytest.approx(0.1, abs=0.03)


@pytest.mark.parametrize("name", ["", "0", "0:", "0:x", "0:-5", "9:200", "0:²", ":", "x" * 64])
def test_a_mark_that_is_not_ours_means_nothing(name: str):
    """Whatever it is called."""
    assert Marks().back(name) is None
