"""What the workers of one server know of each other: a small file that all of them map.

    header | slot 0 | slot 1 | …     each slot is written by its worker, freed by the supervisor

A worker that says nothing for two seconds is not counted on: its loop stands still.
"""

import mmap
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

FRESH_SECONDS = 2.0
_HEADER = struct.Struct("=q")  # how many workers there are to be
_ROW = struct.Struct("=qqqd")  # state, calls, load, the time it was written


class State(IntEnum):
    """Of a worker."""

    NONE = 0
    LOADING = 1
    TAKES_CALLS = 2
    TAKES_NONE = 3  # it is full, or about to stop


@dataclass(frozen=True)
class Row:
    """How a worker is. load: its calls and connections."""

    slot: int
    state: State
    calls: int = 0
    load: int = 0


class Board:
    """Times are of the monotonic clock, which all processes of a machine share."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._now = clock

    @classmethod
    def make(cls, path: Path, workers: int) -> "Board":
        """For so many workers, and one more while one of them is replaced."""
        path.write_bytes(_HEADER.pack(workers) + bytes(_ROW.size) * (workers + 1))
        return cls(path)

    @property
    def workers(self) -> int:
        """How many there are to be."""
        return _HEADER.unpack_from(self._map)[0]

    def tell(self, row: Row) -> None:
        """Writes a slot."""
        place = self._at(row.slot)
        _ROW.pack_into(self._map, place, row.state, row.calls, row.load, self._now())

    def state(self, slot: int) -> State:
        """Of whoever has the slot, however long ago it was written."""
        return State(_ROW.unpack_from(self._map, self._at(slot))[0])

    def free(self) -> int:
        """A slot that nobody has."""
        return next(slot for slot in range(self.workers + 1) if self.state(slot) == State.NONE)

    def rows(self) -> list[Row]:
        """Of those that live."""
        found: list[Row] = []
        for slot in range(self.workers + 1):
            state, calls, load, at = _ROW.unpack_from(self._map, self._at(slot))
            if state != State.NONE and self._now() - at < FRESH_SECONDS:
                found.append(Row(slot, State(state), calls, load))
        return found

    def turn_of(self, own: Row) -> bool:
        """Whether a new connection is this worker's: it has the least to do of those that take
        calls; if none does, anybody's, who then says so."""
        able = [
            row.load
            for row in self.rows()
            if row.slot != own.slot and row.state == State.TAKES_CALLS
        ]
        if own.state != State.TAKES_CALLS:
            return not able
        return own.load <= min(able, default=own.load)

    def _at(self, slot: int) -> int:
        return _HEADER.size + slot * _ROW.size
