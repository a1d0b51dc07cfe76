"""How often Redis was asked, how long that took, and since when it has been there or away."""

import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Operations:
    """Of one process. operation: `write`, `ping` (nothing to write), `ask` (somebody waits)."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """By operation and outcome, `ok` or `failed`."""
    seconds: dict[tuple[str], float] = field(default_factory=dict[tuple[str], float])
    since: float = field(default_factory=time.time)
    """Unix seconds of when Redis came back, or went."""

    @contextmanager
    def timed(self, operation: str) -> Generator[None]:
        """Around one round trip."""
        started, outcome = time.perf_counter(), "failed"
        try:
            yield
            outcome = "ok"
        finally:
            self.counts[operation, outcome] += 1
            took = time.perf_counter() - started
            self.seconds[operation,] = self.seconds.get((operation,), 0.0) + took

    def changed(self) -> None:
        """Redis has come back, or gone."""
        self.since = time.time()
