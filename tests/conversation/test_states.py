"""The table is complete, is the one that was designed, and its drawing is up to date."""

from itertools import product
from pathlib import Path

import pytest

from conversation.diagram import page
from conversation.states import IGNORED, INVALID, TRANSITIONS, Event, State

# The rows of the design, written a second time on purpose: a changed row must be changed here too.
DESIGNED = [
    ("IDLE", "connected", "LISTENING"),
    ("IDLE", "user_started", "LISTENING"),
    ("IDLE", "speech_started", "SPEAKING"),
    ("LISTENING", "speech_started", "SPEAKING"),
    ("LISTENING", "end_of_turn", "THINKING"),
    ("LISTENING", "nothing_heard", "IDLE"),
    ("LISTENING", "false_interruption", "SPEAKING"),
    ("THINKING", "speech_started", "SPEAKING"),
    ("THINKING", "user_started", "INTERRUPT"),
    ("THINKING", "turn_failed", "IDLE"),
    ("SPEAKING", "speech_finished", "IDLE"),
    ("SPEAKING", "user_started", "INTERRUPT"),
    ("SPEAKING", "turn_failed", "IDLE"),
    ("INTERRUPT", "buffers_reset", "LISTENING"),
    *((state, "disconnected", "IDLE") for state in State),
]


def test_every_event_is_decided_in_every_state():
    """No pair is left to chance: it moves the conversation, is ignored, or is invalid."""
    assert set(TRANSITIONS) | IGNORED | INVALID == set(product(State, Event))


def test_no_event_is_decided_twice():
    """A pair can't both move the conversation and be ignored."""
    assert not set(TRANSITIONS) & IGNORED
    assert not set(TRANSITIONS) & INVALID
    assert not IGNORED & INVALID


@pytest.mark.parametrize(("source", "event", "target"), DESIGNED)
def test_a_row_of_the_design_holds(source: str, event: str, target: str):
    """Each designed move is in the table."""
    assert TRANSITIONS[State(source), Event(event)] == State(target)


def test_there_are_no_rows_beside_the_design():
    """Nothing moves a conversation that was not designed to."""
    assert len(TRANSITIONS) == len(DESIGNED)


def test_the_drawing_is_made_from_the_table():
    """`docs/state-machine.md` is what `python -m conversation.diagram` prints now."""
    drawn = Path(__file__).parents[2] / "docs" / "state-machine.md"
    assert drawn.read_text(encoding="utf-8") == page()
