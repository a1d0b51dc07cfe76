"""What all calls of a server share: its metrics, and where traces go."""

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.settings import Settings
from bot.telemetry.current import Current, came_with
from bot.telemetry.metrics import Metrics
from bot.telemetry.watching import CallLog, CallNumbers, Reader, Watch, Watched

if TYPE_CHECKING:
    from bot.telemetry.traces import Traces


class Telemetry:
    """Nothing of OpenTelemetry is loaded without an address for traces."""

    def __init__(self, settings: Settings, metrics: Metrics, version: str) -> None:
        self.metrics = metrics
        self.traces: Traces | None = None
        metrics.version.labels(version).set(1)
        if settings.otlp_endpoint:
            from bot.telemetry import traces

            self.traces = traces.Traces(settings, version)

    def at(self, door: str) -> Watched:
        """For calls that come in by this door."""
        return functools.partial(self._watch, door)

    def _watch(self, door: str, session_id: str, past: Mapping[str, Any] | None) -> Watch:
        readers: list[Reader] = [CallNumbers(self.metrics, door), CallLog()]
        call, kept = Current(session_id, door), {}
        if self.traces:
            before = str((past or {}).get("trace", ""))
            trace = self.traces.call(session_id, door, peer=came_with.get(), before=before)
            call.trace, kept = trace, {"trace": trace.onward}
            readers.append(trace)
        return Watch(call, readers, self.metrics.count, kept)

    async def close(self) -> None:
        """What is known is told."""
        self.metrics.refresh()
        if self.traces:
            await self.traces.close()
