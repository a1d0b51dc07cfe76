"""What a step must keep to, and the first thing that it misses."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """of: the value in a step, given the step with one call."""

    name: str
    unit: str
    most: float
    of: Callable[[Row, Row], float]

    def met(self, row: Row, one: Row) -> bool:
        """Whether the step keeps to it."""
        return self.of(row, one) <= self.most


def _more(field: str) -> Callable[[Row, Row], float]:
    return lambda row, one: row[field] - one[field]


_CORES = os.cpu_count() or 1
_ALL = (
    Target("CPU", "cores", 0.8 * _CORES, lambda row, _: row["cpu"]),
    Target("memory", "MB", 2048, lambda row, _: row["rss_mb"]),
    Target("errors", "of 1", 0.001, lambda row, _: row["error_rate"]),
    Target("refused", "calls", 0, lambda row, _: row["refused"]),
)
_SPOKEN = (
    Target("median over one call's", "ms", 50, _more("wait_p50_ms")),
    Target("95 % over one call's", "ms", 150, _more("wait_p95_ms")),
    Target("longest audio gap", "ms", 40, lambda row, _: row["gap_ms"]),
    *_ALL,
)
_WRITTEN = (Target("95 % over one call's", "ms", 100, _more("wait_p95_ms")), *_ALL)


def targets(door: str) -> Sequence[Target]:
    """Those of the calls through this door."""
    return _WRITTEN if door == "text" else _SPOKEN


def missed(row: Row, one: Row) -> list[str]:
    """The names of what the step misses, in order."""
    return [target.name for target in targets(row["door"]) if not target.met(row, one)]
