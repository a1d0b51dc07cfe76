"""Who of several workers takes the next connection."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.workers.board import FRESH_SECONDS, Board, Row, State

TAKES, NONE, LOADING = State.TAKES_CALLS, State.TAKES_NONE, State.LOADING


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(tmp_path: Path, clock: Clock) -> Board:
    Board.make(tmp_path / "board", 3)
    return Board(tmp_path / "board", clock)


def whose(board: Board, *rows: Row) -> set[int]:
    """The slots whose turn it is, when these are how they are."""
    for row in rows:
        board.tell(row)
    return {row.slot for row in rows if board.turn_of(row)}


def test_what_one_tells_the_others_read(board: Board, tmp_path: Path, clock: Clock):
    """From another mapping of the same file, as another process has it."""
    board.tell(Row(1, TAKES, calls=7, load=9))
    other = Board(tmp_path / "board", clock)
    assert other.rows() == [Row(1, TAKES, 7, 9)]
    assert other.workers == 3
    assert other.state(1) == TAKES
    assert other.free() == 0


def test_who_has_least_to_do_takes_it(board: Board):
    """And whoever has as little."""
    assert whose(board, Row(0, TAKES, load=3), Row(1, TAKES, load=1), Row(2, TAKES, load=1)) == {
        1,
        2,
    }


def test_who_is_full_drains_or_loads_leaves_it_to_the_others(board: Board):
    """However much they have to do."""
    assert whose(board, Row(0, NONE), Row(1, LOADING), Row(2, TAKES, load=50)) == {2}


def test_if_nobody_takes_calls_anybody_says_so(board: Board):
    """A caller gets an answer, not silence; and the page is there while the models load."""
    assert whose(board, Row(0, NONE), Row(1, LOADING)) == {0, 1}


def test_who_stands_still_is_not_counted_on(board: Board, clock: Clock):
    """A worker that says nothing has the least to do, and takes nobody."""
    board.tell(Row(0, TAKES, load=0))
    busy = Row(1, TAKES, load=5)
    board.tell(busy)
    assert not board.turn_of(busy)
    clock.now += FRESH_SECONDS
    board.tell(busy)
    assert board.turn_of(busy)
    assert board.rows() == [busy]
    assert board.state(0) == TAKES


def test_there_is_a_slot_for_the_one_that_replaces_another(board: Board):
    """One more than there are workers."""
    for slot in range(3):
        board.tell(Row(slot, TAKES))
    assert board.free() == 3
    board.tell(Row(1, State.NONE))
    assert board.free() == 1
