"""What Prometheus reads of the calls and of the store: copied when it asks, not as it happens."""

from bot.calls import Calls
from bot.store import SessionStore
from bot.telemetry.metrics import Copied, Metrics


class CallMetrics:
    """How many calls there are, may be, and were turned away."""

    def __init__(self, calls: Calls) -> None:
        self._calls, self._copied = calls, Copied()

    def __call__(self, metrics: Metrics) -> None:
        """As it is now."""
        calls = self._calls
        metrics.sessions.set(len(calls))
        metrics.places.set(calls.room)
        metrics.draining.set(calls.draining)
        self._copied(metrics.turned_away, {(why,): n for why, n in calls.turned_away.items()})


class StoreMetrics:
    """How Redis does, and what waits for it."""

    def __init__(self, store: SessionStore) -> None:
        self._store, self._copied = store, Copied()

    def __call__(self, metrics: Metrics) -> None:
        """As it is now."""
        store = self._store
        metrics.store_up.set(store.healthy)
        metrics.store_latency.set(store.latency_ms / 1000)
        metrics.store_waiting.set(store.waiting)
        lost = {("dropped",): store.dropped, ("fenced",): store.fenced}
        self._copied(metrics.store_lost, lost)
        self._copied(metrics.store_operations, store.operations.counts)
        self._copied(metrics.store_seconds, store.operations.seconds)
