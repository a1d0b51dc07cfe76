"""The drawing of the state machine is the table, and the page is up to date."""

from pathlib import Path

from conversation.diagram import mermaid, page, table
from conversation.states import IGNORED, INVALID, TRANSITIONS, Event


def test_the_page_is_made_from_the_table():
    """`docs/state-machine.md` is what `python -m conversation.diagram` prints now."""
    drawn = Path(__file__).parents[2] / "docs" / "state-machine.md"
    assert drawn.read_text(encoding="utf-8") == page()


def test_every_move_is_an_arrow():
    """Each row of the table is drawn, once, and no other."""
    arrows = [line.strip() for line in mermaid().splitlines()[2:]]
    assert arrows == [f"{a} --> {b}: {event}" for (a, event), b in TRANSITIONS.items()]


def test_every_pair_is_a_cell():
    """Ignored and invalid ones are written down too."""
    rows = table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == list(Event)
    assert sum(row.count("**") for row in rows) == 2 * len(TRANSITIONS)
    assert sum(row.count("| ignored ") for row in rows) == len(IGNORED)
    assert sum(row.count("| invalid ") for row in rows) == len(INVALID)
