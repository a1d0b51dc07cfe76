"""Traces, by OpenTelemetry's protocol: which are kept, how they leave, and what peers are told.

A span that is never ended is never sent: so a turn that was slow or failed is kept though its
session was not drawn. The draw is OpenTelemetry's, by the trace's id, or a peer's.
"""

import asyncio
import uuid
from collections.abc import Mapping

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot.settings import Settings
from bot.telemetry.call_trace import CallTrace

EXPORT_SECONDS = 5.0
_W3C = TraceContextTextMapPropagator()
_LOW = (1 << 64) - 1  # of a trace's id: what is drawn by


class Traces:
    """All that leave this process: in batches, by a thread of OpenTelemetry's."""

    def __init__(self, settings: Settings, version: str) -> None:
        self._slow_ms, self._share = settings.trace_slow_ms, settings.trace_share
        secret = settings.otlp_headers
        exporter = OTLPSpanExporter(
            endpoint=f"{(settings.otlp_endpoint or '').rstrip('/')}/v1/traces",
            headers=_pairs(secret.get_secret_value()) if secret else None,
            timeout=EXPORT_SECONDS,
        )
        about = {
            "service.name": "turnwise",
            "service.version": version,
            "service.instance.id": str(uuid.uuid4()),
        }
        self._provider = TracerProvider(
            sampler=ALWAYS_ON, resource=Resource.create(about), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
        self._tracer = self._provider.get_tracer("turnwise", version)

    def call(
        self, session_id: str, door: str, *, peer: Mapping[str, str], before: str = ""
    ) -> CallTrace:
        """The trace of a connection.

        peer: the headers that it came in by. before: `onward` of the session's last connection, of
        which this one goes on with the trace.
        """
        theirs, ours = context_of(peer), context_of({"traceparent": before})
        parent = ours or theirs
        span = self._tracer.start_span(
            "session",
            set_span_in_context(NonRecordingSpan(parent)) if parent else None,
            kind=SpanKind.SERVER,
            links=[Link(theirs)] if ours and theirs else (),
        )
        own = span.get_span_context().trace_id & _LOW
        drawn = parent.trace_flags.sampled if parent else own < self._share * (_LOW + 1)
        return CallTrace(self._tracer, self._slow_ms, session_id, door, span, drawn, headers_of)

    async def close(self) -> None:
        """Sends what is left; a receiver that is away keeps nobody longer than EXPORT_SECONDS."""
        await asyncio.to_thread(self._provider.shutdown)


def context_of(headers: Mapping[str, str]) -> SpanContext | None:
    """What W3C Trace Context says, if it is one."""
    found = get_current_span(_W3C.extract(headers)).get_span_context()
    return found if found.is_valid else None


def headers_of(context: SpanContext, drawn: bool) -> Mapping[str, str]:
    """The same as headers."""
    flags = TraceFlags(TraceFlags.SAMPLED if drawn else TraceFlags.DEFAULT)
    told = SpanContext(context.trace_id, context.span_id, False, flags, context.trace_state)
    headers: dict[str, str] = {}
    _W3C.inject(headers, set_span_in_context(NonRecordingSpan(told)))
    return headers


def _pairs(text: str) -> dict[str, str]:
    """`name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS has them."""
    pairs = (part.partition("=") for part in text.split(",") if part.strip())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
