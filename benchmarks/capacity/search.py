"""Finds the number of calls at which a target is first missed."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.capacity.run import Row, Served, providers, step, stock, turnwise
from benchmarks.capacity.targets import missed

STEPS: dict[str, Sequence[int]] = {
    "orchestrate": (10, 25, 50, 75, 100, 125, 150, 200),
    "twilio": (10, 25, 50, 75, 100, 125, 150, 200),
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

    Each door ends with the step that misses something, and then with half as many calls again as
    fit, most of which should be refused: how those fare that were let in.
    """
    rows: list[Row] = []
    with providers() as settings:
        for door in doors:
            with tempfile.TemporaryDirectory() as data:
                server = (
                    stock(settings)
                    if door == "stock"
                    else turnwise(settings, Path(data), workers=workers)
                )
                with server as served:
                    for row in _steps(served, door, calls or STEPS[door], seconds, folder):
                        told(row)
                        rows.append(row)
    return rows


def fits(rows: Sequence[Row], door: str) -> int:
    """The most calls with which every target was met; 0 if none was."""
    kept = [row["calls"] for row in rows if row["door"] == door and not row["missed"]]
    return max((n for n in kept if n > 1), default=0)


def _steps(
    served: Served, door: str, calls: Sequence[int], seconds: float, folder: Path
) -> Iterator[Row]:
    one = step(served, door, 1, max(seconds, 30.0), folder)
    yield one | {"missed": [], "overload": False}
    most = 0
    for number in calls:
        row = step(served, door, number, seconds, folder)
        failed = missed(row, one)
        yield row | {"missed": failed, "overload": False}
        if failed:
            break
        most = number
    if most and door != "stock":
        row = step(served, door, round(OVERLOAD * most), seconds, folder)
        failed = [name for name in missed(row, one) if name != "refused"]
        yield row | {"missed": failed, "overload": True}
