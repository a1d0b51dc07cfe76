"""Whoever asks a Redis that is away is told so at once. No I/O, no clock."""

OPENS_AFTER = 3


class Breaker:
    """
    closed ── 3 failures in a row ──► open ── a probe succeeds ──► on trial
      ▲                                ▲                              │
      └──────── success ───────────────┼──────────────────────────────┤
                                       └────────── one failure ───────┘
    """

    def __init__(self) -> None:
        self._failures = 0
        self._open = False

    @property
    def is_open(self) -> bool:
        """Don't ask."""
        return self._open

    def failed(self) -> None:
        """Redis was not reached."""
        self._failures += 1
        self._open = self._failures >= OPENS_AFTER

    def succeeded(self) -> None:
        """A question was answered."""
        self._failures, self._open = 0, False

    def probed(self) -> None:
        """Somebody else reached Redis: one question may be tried."""
        self._failures, self._open = min(self._failures, OPENS_AFTER - 1), False
