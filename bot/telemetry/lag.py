"""How late the event loop is: whoever holds it up, holds up every call of the process."""

import asyncio

from prometheus_client import Histogram

EVERY_SECONDS = 0.01
LATE_SECONDS = 0.005  # nothing should hold the loop longer
_BUCKETS = (0.001, 0.002, LATE_SECONDS, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


class LoopLag:
    """A timer that says how much later it was called than it should have been.

    due ───────── called ── due ── called ...
     └─── lag ───────┘       └─lag──┘
    """

    def __init__(self) -> None:
        self.seconds = Histogram(
            "turnwise_event_loop_lag_seconds",
            "Time by which a timer was called too late.",
            buckets=_BUCKETS,
            registry=None,
        )
        self.worst = 0.0
        self.late = 0
        """How often it was more than LATE_SECONDS."""
        self._handle: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        """Begins, on the running loop if no other is given."""
        self._loop = loop or asyncio.get_running_loop()
        self._next()

    def stop(self) -> None:
        """Ends it."""
        if self._handle:
            self._handle.cancel()
            self._handle = None

    def _next(self) -> None:
        self._due = self._loop.time() + EVERY_SECONDS
        self._handle = self._loop.call_at(self._due, self._called)

    def _called(self) -> None:
        lag = max(0.0, self._loop.time() - self._due)
        self.seconds.observe(lag)
        self.worst = max(self.worst, lag)
        self.late += lag > LATE_SECONDS
        self._next()
