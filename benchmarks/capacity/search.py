"""Finds the number of calls at which a target is first missed."""

import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from benchmarks.capacity.run import Row, Served, providers, step, stock, turnwise
from benchmarks.capacity.targets import missed

STEPS: dict[str, Sequence[int]] = {
    "orchestrate": (10, 25, 50, 75, 100, 125, 150, 200),
    "twilio": (10, 25, 50, 75, 100, 125, 150, 200),
    "browser": (2, 5, 10, 15, 20),
    "text": (100, 250, 500, 1000),
    "stock": (5, 10, 15, 20, 25, 30, 40),
}
OVERLOAD = 1.5  # times the calls that fit
Told = Callable[[Row], None]


def measure(
    folder: Path,
    doors: Sequence[str],
    calls: Sequence[int],
    seconds: float,
    workers: int,
    told: Told,
) -> list[Row]:
    """Every step of every door. calls: instead of the usual steps. told: of each step at once.

    Each door ends with the step that misses something. Then a server whose room is what fits is
    called by half as many again: how those fare that it lets in.
    """
    rows: list[Row] = []
    with providers() as settings:
        for door in doors:
            serve = partial(_serve, door, settings, workers)
            for row in _steps(serve, door, calls or STEPS[door], seconds, folder):
                told(row)
                rows.append(row)
    return rows


@contextmanager
def _serve(
    door: str, settings: Mapping[str, str], workers: int, room: int | None = None
) -> Generator[Served]:
    with tempfile.TemporaryDirectory() as data:
        each = None if room is None else -(-room // workers)
        ours = partial(turnwise, settings, Path(data), workers=workers, room=each)
        with stock(settings) if door == "stock" else ours() as served:
            yield served


def fits(rows: Sequence[Row], door: str) -> int:
    """The most calls with which every target was met; 0 if none was."""
    kept = [row["calls"] for row in rows if row["door"] == door and not row["missed"]]
    return max((n for n in kept if n > 1), default=0)


def _steps(
    serve: Callable[..., AbstractContextManager[Served]],
    door: str,
    calls: Sequence[int],
    seconds: float,
    folder: Path,
) -> Iterator[Row]:
    most = 0
    with serve() as served:
        one = step(served, door, 1, max(seconds, 30.0), folder)
        yield one | {"missed": [], "overload": False}
        for number in calls:
            row = step(served, door, number, seconds, folder)
            failed = missed(row, one)
            yield row | {"missed": failed, "overload": False}
            if failed:
                break
            most = number
    if most and door != "stock":
        with serve(room=most) as served:
            row = step(served, door, round(OVERLOAD * most), seconds, folder)
            failed = [name for name in missed(row, one) if name != "refused"]
            yield row | {"missed": failed, "overload": True}
