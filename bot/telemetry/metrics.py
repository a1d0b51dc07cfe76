"""Every metric that Prometheus reads: named here, and nowhere else.

Base units; labels are bounded: doors, states and events of the machine, stages of the ledger, names
from the settings. With PROMETHEUS_MULTIPROC_DIR in the environment, all workers of a machine share
that folder, and each tells the sums of all.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
    values,
)
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

TYPE = "text/plain; version=0.0.4; charset=utf-8"
SHARED = values.ValueClass is not values.MutexValue
"""Whether several workers tell the sums of all."""
LATENCY = (
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6,
    0.7, 0.8, 0.9, 1, 1.25, 1.5, 2, 3, 5, 10,
)  # fmt: skip
DURATION = (5, 15, 30, 60, 120, 180, 300, 600, 1200, 1800, 3600)
DOORS = ("browser", "orchestrate", "pipecat", "telephone")
REFUSALS = (401, 403, 429, 503)
TURNED_AWAY = ("full", "key_full", "draining", "store_away", "overloaded")

OfAll = Literal["livesum", "livemin", "livemax", "max"]
"""Of several workers, which number is told: `live` is of those that run."""

disable_created_metrics()  # a third of all lines, which nothing reads


class Metrics:
    """The metrics of one application. sources: bring theirs up to date when they are to be told."""

    def __init__(self, *sources: "Callable[[Metrics], None]") -> None:
        self._sources = sources
        self._registry = registry = CollectorRegistry()
        self._costs: dict[str, Counter] = {}
        if not SHARED:
            ProcessCollector(registry=registry)

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"turnwise_{name}", says, labels, registry=registry)

        def gauge(name: str, says: str, *labels: str, of_all: OfAll = "livesum") -> Gauge:
            name = f"turnwise_{name}"
            return Gauge(name, says, labels, registry=registry, multiprocess_mode=of_all)

        def histogram(
            name: str, says: str, *labels: str, buckets: tuple[float, ...] = LATENCY
        ) -> Histogram:
            return Histogram(f"turnwise_{name}", says, labels, registry=registry, buckets=buckets)

        self._counter = counter
        self.version = gauge("build_info", "1, of the version that runs.", "version", of_all="max")

        self.sessions = gauge("sessions", "Calls held now.")
        self.places = gauge("session_places", "Calls that can be held at once.")
        self.door_sessions = gauge("door_sessions", "Connections of calls now.", "door")
        self.draining = gauge("draining", "Workers that take no more calls.")
        self.started = counter("sessions_started", "Connections of calls that began.", "door")
        self.ended = counter("sessions_ended", "Those that ended.", "door", "reason")
        self.duration = histogram(
            "session_duration_seconds", "How long they were.", "door", buckets=DURATION
        )
        self.turned_away = counter("turned_away", "Calls that were not taken.", "reason")
        self.refused_requests = counter("refused", "Requests refused.", "status")

        self.turns = counter("turns", "Turns that were answered, or were to be.", "door", "outcome")
        self.voice_to_voice = histogram(
            "voice_to_voice_seconds",
            "From the end of the caller's speech to the first audio of the answer.",
            "door",
        )
        self.stage = histogram("stage_seconds", "A stage of the turn's ledger.", "stage", "door")
        self.answers = counter("answers", "Questions to the documents.", "outcome")

        self.provider_requests = counter(
            "provider_requests", "Requests made of a provider.", "kind", "provider"
        )
        self.provider_errors = counter(
            "provider_errors", "Requests that came to a bad end.", "kind", "provider", "fault"
        )
        self.provider_failovers = counter(
            "provider_failovers",
            "Turns that went on with another provider.",
            *("kind", "source", "target"),
        )
        self.provider_hedges = counter(
            "provider_hedges", "Requests made because another was slow.", "kind", "provider"
        )
        self.provider_used = counter(
            "provider_used", "Tokens, characters, seconds.", "kind", "provider", "unit"
        )
        self.provider_breaker = gauge(
            "provider_breaker",
            "0 closed, 1 half open, 2 open.",
            *("kind", "provider"),
            of_all="livemax",
        )

        self.store_up = gauge("store_up", "1 if Redis answers.", of_all="livemin")
        self.store_latency = gauge(
            "store_latency_seconds", "The last round trip of a write.", of_all="livemax"
        )
        self.store_waiting = gauge("store_waiting", "Writes that are not in Redis yet.")
        self.store_lost = counter("store_lost", "Entries that were never written.", "why")
        self.store_operations = counter(
            "store_operations", "Round trips to Redis.", "operation", "outcome"
        )
        self.store_seconds = counter("store_operation_seconds", "Their time.", "operation")

        self._counted: Mapping[str, Counter] = {
            "answers": self.answers,
            "barge_ins": counter(
                "barge_ins", "Sounds over the bot: did they mean to break in?", "verdict"
            ),
            "transitions": counter(
                "transitions", "Moves of the state machine.", "source", "target"
            ),
            "invalid_transitions": counter(
                "invalid_transitions", "Events that can't come, and came.", "state", "event"
            ),
            "orders_dropped": counter(
                "orders_dropped", "What others wanted said, and too many did.", "order"
            ),
            "answers_ahead": counter(
                "answers_ahead", "Answers made before the turn was surely over.", "outcome"
            ),
            "retrieval_ahead": counter(
                "retrieval_ahead", "Turns whose search was done while they spoke.", "outcome"
            ),
        }
        self._begin()

    def _begin(self) -> None:
        """What has not happened yet is 0, not missing: an alert can't see the first of a series."""
        for door in DOORS:
            for outcome in ("answered", "interrupted", "failed"):
                self.turns.labels(door, outcome)
            self.started.labels(door)
            self.ended.labels(door, "failed")
            self.voice_to_voice.labels(door)
        for status in REFUSALS:
            self.refused_requests.labels(str(status))
        for why in TURNED_AWAY:
            self.turned_away.labels(why)
        for outcome in ("answered", "unsure", "unanswered"):
            self.answers.labels(outcome)
        for outcome in ("begun", "used", "thrown_away"):
            self._counted["answers_ahead"].labels(outcome)
        for verdict in ("true", "false"):
            self._counted["barge_ins"].labels(verdict)
        for outcome in ("hit", "miss"):
            self._counted["retrieval_ahead"].labels(outcome)

    def also(self, other: Collector) -> None:
        """What somebody else measures: the event loop's lag (`bot.telemetry.lag`)."""
        self._registry.register(other)

    def count(self, name: str, **labels: str) -> None:
        """One more of what calls count (`processors.ports.Counter`)."""
        self._counted[name].labels(**labels).inc()

    def refused(self, status: int) -> None:
        """A request was answered with an error; its status is all that is kept."""
        if status in set(HTTPStatus):
            self.refused_requests.labels(str(status)).inc()

    def provider_cost(self, currency: str) -> Counter:
        """What providers charged, in a currency such as `usd`."""
        if currency not in self._costs:
            made = self._counter(f"provider_cost_{currency}", "Its price.", "kind", "provider")
            self._costs[currency] = made
        return self._costs[currency]

    def refresh(self) -> None:
        """Up to date. Without it, other workers tell of this one what it was at the last one."""
        for source in self._sources:
            source(self)

    def text(self) -> bytes:
        """In Prometheus' own format, `TYPE`; of all workers, if they share a folder."""
        self.refresh()
        if not SHARED:
            return generate_latest(self._registry)
        of_all = CollectorRegistry()
        MultiProcessCollector(of_all)
        return generate_latest(of_all)


class Copied:
    """Brings counts that others keep into counters: what came since the last time is added."""

    def __init__(self) -> None:
        self._seen: dict[tuple[MetricWrapperBase, tuple[str, ...]], float] = {}

    def __call__(self, counter: Counter, counts: Mapping[tuple[str, ...], float]) -> None:
        """counts: by the values of the counter's labels."""
        for labels, count in list(counts.items()):
            before = self._seen.get((counter, labels), 0.0)
            counter.labels(*labels).inc(count - before)
            self._seen[counter, labels] = count
