"""The calls of the turn-taking benchmark, in simulated time, with the real ears."""

from argparse import Namespace

import pytest

from benchmarks.turn_taking.__main__ import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def given() -> Namespace:
    return Namespace(what=None, recordings=None, half=None, only=None, each=1, list=False)


def test_a_turn_ends_and_its_words_are_known(given: Namespace):
    """Some time after the caller's last sample, whatever the machine does meanwhile."""
    given.what, given.only = "turns", "plain"
    (turn,), _ = run(given)
    assert turn.early == 0
    assert turn.wait is not None
    assert 0.1 < turn.wait < 2.5
    assert len(turn.words.split()) > 3


def test_a_caller_who_interrupts_is_told_from_a_door(given: Namespace):
    """The bot that is interrupted falls silent; beside a door it talks."""
    given.what, kept = "overlaps", {}
    for given.only in ("barge-in", "door"):
        _, (sound,) = run(given)
        kept[given.only] = sound.kept
    assert kept == {"barge-in": False, "door": True}
