"""What Prometheus reads: how many calls there are, and who was refused and why."""

from collections.abc import Callable
from http import HTTPStatus

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """The metrics of one application."""

    def __init__(self, sessions: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        held = Gauge("turnwise_sessions", "Calls held now.", registry=self._registry)
        held.set_function(sessions)
        self._refused = Counter(
            "turnwise_refused", "Requests refused.", ["status"], registry=self._registry
        )
        for status in (401, 403, 429, 503):
            self._refused.labels(str(status))

    def refused(self, status: int) -> None:
        """A request was answered with an error; its status is all that is kept."""
        if status in set(HTTPStatus):
            self._refused.labels(str(status)).inc()

    def text(self) -> bytes:
        """In Prometheus' own format, `TYPE`."""
        return generate_latest(self._registry)
