"""A receiver of OpenTelemetry's traces, over HTTP as OTLP has it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

PATIENCE = 20.0  # seconds; nothing is timed by it


@dataclass(frozen=True)
class Received:
    """A span; ids in hexadecimal, times in seconds."""

    name: str
    trace: str
    id: str
    parent: str
    start: float
    end: float
    failed: bool
    attributes: dict[str, Any]
    events: list[str]
    links: list[str]
    resource: dict[str, Any]


@dataclass
class Receiver:
    """All that came. headers: of each request."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        """POST /v1/traces."""
        assert request.headers["Content-Type"] == "application/x-protobuf"
        told = ExportTraceServiceRequest.FromString(await request.read())
        self.headers.append({k.lower(): v for k, v in request.headers.items()})
        for group in told.resource_spans:
            resource = _plain(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_received(span, resource) for span in scope.spans]
        self._came.set()
        body = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=body, content_type="application/x-protobuf")

    def named(self, name: str) -> list[Received]:
        """The spans of this name, in the order of their starts."""
        return sorted((s for s in self.spans if s.name == name), key=lambda s: s.start)

    async def until(self, holds: Callable[[], object]) -> None:
        """Waits for spans."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                self._came.clear()
                await self._came.wait()


@asynccontextmanager
async def otlp_receiver() -> AsyncIterator[Receiver]:
    """On a free port of loopback."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/v1/traces", receiver.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()


def _received(span: Any, resource: dict[str, Any]) -> Received:
    return Received(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.start_time_unix_nano / 1e9,
        span.end_time_unix_nano / 1e9,
        span.status.code == 2,
        _plain(span.attributes),
        [event.name for event in span.events],
        [link.trace_id.hex() for link in span.links],
        resource,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}
