"""One connection of a call, for those who look on: metrics, trace and logs read what is kept.

    call ──entries──► journal ─┬─► the session's event stream
                               ├─► CallNumbers ─► Prometheus
                               ├─► CallTrace ───► OTLP
                               └─► CallLog ─────► the log

Nothing here runs for a frame of audio: a turn has about ten entries.
"""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from loguru import logger

from bot.telemetry.current import Current, current
from bot.telemetry.metrics import Metrics
from conversation.ending import ENDED, REASONS
from processors.ports import Counter, Journal, count_nothing

Entry = Mapping[str, Any]
FAILED = "failed"


class Reader(Protocol):
    """Somebody who looks on."""

    def begun(self) -> None:
        """The connection is there."""
        ...

    def told(self, entry: Entry) -> None:
        """What goes to the session's event stream."""
        ...

    def ended(self, reason: str) -> None:
        """The connection is gone. reason: one of a few."""
        ...


@dataclass
class Watch:
    """kept: what the session's context says besides, for its next connection."""

    current: Current
    readers: Sequence[Reader] = ()
    count: Counter = field(default=count_nothing)
    kept: Mapping[str, str] = field(default_factory=dict[str, str])

    def journal(self, journal: Journal) -> Journal:
        """The same, read by all."""

        def also(entry: Entry) -> None:
            self.current.turn = entry.get("turn", self.current.turn)
            for reader in self.readers:
                _tell(reader, entry)
            journal({**entry, **self.kept} if entry["kind"] == "context" else entry)

        return also

    @contextmanager
    def during(self, why: Callable[[], str]) -> Generator[None]:
        """Around the connection. why: it has ended, as soon as it has."""
        before = current.set(self.current)
        reason = FAILED
        for reader in self.readers:
            reader.begun()
        try:
            yield
            reason = why() if why() in REASONS else ENDED
        finally:
            for reader in self.readers:
                reader.ended(reason)
            current.reset(before)


Watched = Callable[[str, Mapping[str, Any] | None], Watch]
"""(the session's id, the context that it goes on with) -> who looks on."""


def by_nobody(session_id: str, past: Mapping[str, Any] | None) -> Watch:
    """For calls outside a server."""
    return Watch(Current(session_id), (CallLog(),))


@dataclass
class CallNumbers:
    """What Prometheus reads of a call."""

    metrics: Metrics
    door: str
    _since: float = 0.0

    def begun(self) -> None:
        self._since = time.monotonic()
        self.metrics.started.labels(self.door).inc()
        self.metrics.door_sessions.labels(self.door).inc()

    def told(self, entry: Entry) -> None:
        if entry["kind"] != "ledger":
            return
        metrics, door = self.metrics, self.door
        metrics.turns.labels(door, outcome_of(entry)).inc()
        if entry["total_ms"]:
            metrics.voice_to_voice.labels(door).observe(entry["total_ms"] / 1000)
            for row in entry["ledger"]:
                if not row.get("failed"):
                    seconds = (row["end_ms"] - row["start_ms"]) / 1000
                    metrics.stage.labels(row["stage"], door).observe(seconds)

    def ended(self, reason: str) -> None:
        self.metrics.ended.labels(self.door, reason).inc()
        self.metrics.door_sessions.labels(self.door).dec()
        self.metrics.duration.labels(self.door).observe(time.monotonic() - self._since)


class CallLog:
    """What the log says of a call: its turns."""

    def begun(self) -> None: ...

    def told(self, entry: Entry) -> None:
        if entry["kind"] == "ledger":
            told = {"outcome": outcome_of(entry), "voice_to_voice_ms": entry["total_ms"]}
            logger.bind(turn=entry["turn"], **told).info("turn_complete")

    def ended(self, reason: str) -> None: ...


def _tell(reader: Reader, entry: Entry) -> None:
    """Whoever looks on does not end a call."""
    try:
        reader.told(entry)
    except Exception as error:
        logger.bind(reader=type(reader).__name__, error=repr(error)).error("telemetry_failed")


def outcome_of(ledger: Entry) -> str:
    """How a turn ended."""
    if ledger["failed"]:
        return FAILED
    return "interrupted" if ledger["interrupted"] else "answered"
