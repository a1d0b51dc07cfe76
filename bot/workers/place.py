"""A worker's place among the others: what it tells them, and what it knows of them."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.calls import Calls
from bot.workers.board import Board, Row, State


@dataclass
class Place:
    """loaded: whether the models are there. connections: how many there are here."""

    board: Board
    slot: int
    calls: Calls
    loaded: Callable[[], bool]
    connections: Callable[[], int] = lambda: 0

    def its_turn(self) -> bool:
        """Whether the next connection is for this worker. Tells the others how it is."""
        return self.board.turn_of(self.beat())

    def beat(self) -> Row:
        """Tells the others that it lives, and how it is."""
        state = State.TAKES_NONE if self.calls.full else State.TAKES_CALLS
        if not self.loaded() and not self.calls.draining:
            state = State.LOADING
        row = Row(self.slot, state, len(self.calls), len(self.calls) + self.connections())
        self.board.tell(row)
        return row
