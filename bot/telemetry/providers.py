"""What Prometheus reads of the providers: who was asked, failed, took over, is kept out, and costs.

Labels are bounded: kinds, names from the settings, and the faults of `conversation.faults`.
"""

from collections.abc import Callable

from bot.services.failover.switchboard import Switchboard
from bot.telemetry.metrics import Copied, Metrics

_STATES = {"closed": 0, "half_open": 1, "open": 2}


class ProviderMetrics:
    """Copies what the switchboard knows. board: None while the models are being loaded."""

    def __init__(self, board: Callable[[], Switchboard | None], clock: Callable[[], float]) -> None:
        self._board, self._now, self._copied = board, clock, Copied()

    def __call__(self, metrics: Metrics) -> None:
        """As it is now."""
        board = self._board()
        if board is None:
            return
        self._copied(metrics.provider_requests, board.requests)
        self._copied(metrics.provider_errors, board.faults)
        self._copied(metrics.provider_failovers, board.failovers)
        self._copied(metrics.provider_hedges, board.hedges)
        self._copied(metrics.provider_used, board.amounts)
        self._copied(metrics.provider_cost(board.prices.currency.lower()), board.costs)
        for provided, breaker in list(board.breakers.items()):
            state = _STATES[breaker.state(now=self._now())]
            metrics.provider_breaker.labels(*provided).set(state)
