"""The FastAPI application: the page, the doors, health."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pipecat.transports.smallwebrtc.request_handler import SmallWebRTCRequestHandler
from starlette.exceptions import HTTPException as StarletteHTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.browser_door import router as browser_door
from bot.calls import Calls
from bot.entry import Entry, metered
from bot.orchestrate_door import router as orchestrate_door
from bot.phone_door import router as phone_door
from bot.sessions_door import router as sessions_door
from bot.settings import Settings
from bot.store import SessionStore, StoreUnreachable
from bot.telemetry.metrics import TYPE, Metrics

if TYPE_CHECKING:
    from bot.engine import Engine

DRAIN_SECONDS = 5.0  # for what was collected to arrive after the last call
WEB = Path(__file__).parent.parent / "web"
_ONLY_TLS = "max-age=31536000"  # a year; subdomains are not ours to speak for
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(settings: Settings, engine: "asyncio.Future[Engine]", store: SessionStore) -> FastAPI:
    """The application around models that are being loaded and an open store, which it closes."""
    app = FastAPI(title="Turnwise", version=_version(), lifespan=_lifespan)
    app.state.settings, app.state.engine, app.state.store = settings, engine, store
    app.state.calls = calls = Calls(settings.max_sessions, settings.max_sessions_per_key)
    app.state.entry, app.state.metrics = Entry.of(settings, store), Metrics(calls.__len__)
    app.state.webrtc, app.state.lines = SmallWebRTCRequestHandler(), {}
    app.state.wall_clock, app.state.started = time.time, time.monotonic()
    app.middleware("http")(_guard)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(StoreUnreachable, _store_away)
    app.include_router(browser_door)
    app.include_router(sessions_door)
    app.include_router(orchestrate_door)
    app.include_router(phone_door)
    app.add_api_route("/health", health)
    app.add_api_route("/health/ready", ready)
    app.add_api_route("/metrics", metrics, dependencies=[Depends(metered)])
    app.add_api_route("/", page, include_in_schema=False)
    app.mount("/web", StaticFiles(directory=WEB), name="web")
    app.mount("/client", _prebuilt_client(), name="client")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    yield
    await app.state.calls.end_all("draining")
    if app.state.engine.done() and not app.state.engine.exception():
        await app.state.engine.result().webhooks.drain(DRAIN_SECONDS)
    await app.state.webrtc.close()
    await app.state.store.close()


async def page() -> FileResponse:
    """The page on which one talks."""
    return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": _PAGE_POLICY})


async def health(request: Request) -> dict[str, Any]:
    """Alive, and how its parts are. Tells no secrets."""
    state = request.app.state
    store: SessionStore = state.store
    return {
        "status": "ok" if store.healthy else "degraded",
        "version": _version(),
        "uptime_s": round(time.monotonic() - state.started, 1),
        "sessions": len(state.calls),
        "store": {"healthy": store.healthy, "latency_ms": round(store.latency_ms, 2)},
    }


async def ready(request: Request) -> JSONResponse:
    """200 if another call would be taken, else 503."""
    state = request.app.state
    can = state.engine.done() and not state.engine.exception() and not state.calls.full
    return JSONResponse({"ready": can}, status_code=200 if can else 503)


async def metrics(request: Request) -> Response:
    """For Prometheus."""
    return Response(request.app.state.metrics.text(), media_type=TYPE)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    request.app.state.metrics.refused(error.status_code)
    return await http_exception_handler(request, error)


async def _store_away(request: Request, _: Exception) -> Response:
    advice = "The store of the conversations does not answer: try again in a moment."
    return await _refused(request, HTTPException(503, advice, headers={"Retry-After": "2"}))


async def _guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await go_on(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    if request.url.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
    if request.url.path.startswith("/web/"):
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _prebuilt_client() -> StaticFiles:
    from importlib.util import find_spec

    spec = find_spec("pipecat_ai_prebuilt")
    assert spec is not None
    assert spec.submodule_search_locations
    return StaticFiles(
        directory=Path(spec.submodule_search_locations[0]) / "client" / "dist", html=True
    )


def _version() -> str:
    try:
        return version("turnwise")
    except ModuleNotFoundError:
        return "0.1.0"
