"""How long a provider usually takes to its first byte."""

from collections import deque
from dataclasses import dataclass, field
from statistics import median

KEPT = 100
ENOUGH = 20  # below it, nothing is known of the slow ones


@dataclass
class Lateness:
    """The last first-byte times of one provider, in seconds."""

    _times: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))

    def add(self, seconds: float) -> None:
        """One more request had its first byte."""
        self._times.append(seconds)

    @property
    def usual(self) -> float | None:
        """The median, or None before the first."""
        return median(self._times) if self._times else None

    @property
    def p95(self) -> float | None:
        """The 95th percentile, or None while too few are known. By the nearest rank."""
        if len(self._times) < ENOUGH:
            return None
        ranked = sorted(self._times)
        return ranked[-(len(ranked) // 20) - 1]
