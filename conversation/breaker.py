"""Keeps a failing provider out, and lets it in again by one request at a time.

        closed ──failed──► open ──its time is over──► half-open ──worked──► closed
                            ▲                            │
                            └────── failed, for longer ──┘

One failure opens it: another provider is at hand, and each further try would cost another caller
the wait. Times are seconds on one monotonic clock, durations seconds.
"""

from dataclasses import dataclass
from math import inf

from conversation.faults import Fault

FIRST_SECONDS = 5.0
LONGEST_SECONDS = 300.0
REJECTED_SECONDS = 60.0  # a wrong key is not right again in a moment
RETRY_AFTER_MOST = 3600.0  # of what a provider asks for; it may be wrong
PROBE_SECONDS = 10.0  # after which a probe that nobody reported on is forgotten


@dataclass
class Breaker:
    """Of one provider of one kind, for all calls of a process."""

    _failures: int = 0
    _until: float = -inf
    _probing_until: float = -inf

    def state(self, *, now: float) -> str:
        """`closed`, `open`, or `half_open` when the next request will be a probe."""
        if not self._failures:
            return "closed"
        return "open" if now < self._until or now < self._probing_until else "half_open"

    @property
    def failing(self) -> bool:
        """Whether the last request that could tell has failed."""
        return self._failures > 0

    @property
    def until(self) -> float:
        """When it may be tried again."""
        return self._until

    def allows(self, *, now: float) -> bool:
        """Whether a request may be made now. Of a half-open one, only the first that asks."""
        state = self.state(now=now)
        if state == "half_open":
            self._probing_until = now + PROBE_SECONDS
        return state != "open"

    def worked(self) -> None:
        """A request was answered: all is forgotten."""
        self._failures, self._until, self._probing_until = 0, -inf, -inf

    def abandoned(self) -> None:
        """A request was given up before it could tell (the caller broke in): no verdict."""
        self._probing_until = -inf

    def failed(self, fault: Fault, *, now: float, retry_after: float | None = None) -> None:
        """A request failed. Requests that fail while it is open already don't make it longer."""
        if now < self._until and now >= self._probing_until:
            self._until = max(self._until, now + min(retry_after or 0.0, RETRY_AFTER_MOST))
            return
        first = REJECTED_SECONDS if fault is Fault.REJECTED else FIRST_SECONDS
        grown = min(first * 2.0**self._failures, LONGEST_SECONDS)
        asked = min(retry_after or 0.0, RETRY_AFTER_MOST)
        self._failures = min(self._failures + 1, 16)
        self._until, self._probing_until = now + max(grown, asked), -inf
