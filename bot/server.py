"""The FastAPI application: the page, the doors, health."""

import asyncio
import functools
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from pipecat.transports.smallwebrtc.request_handler import SmallWebRTCRequestHandler
from starlette.exceptions import HTTPException as StarletteHTTPException
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.browser_door import asked_by_another
from bot.browser_door import router as browser_door
from bot.calls import Calls
from bot.console_door import Console
from bot.console_door import router as console_door
from bot.cycles import Cycles
from bot.entry import Entry, known, metered
from bot.health import health, ready
from bot.http_models import Ready
from bot.lines import Lines
from bot.load import Watch
from bot.openapi import document, refusals
from bot.orchestrate_door import router as orchestrate_door
from bot.phone_door import router as phone_door
from bot.pipecat_client_door import router as pipecat_client_door
from bot.sessions_door import router as sessions_door
from bot.settings import Settings
from bot.store import SessionStore, StoreSealed, StoreUnreachable
from bot.telemetry.incoming import FromPeer
from bot.telemetry.lag import LoopLag
from bot.telemetry.metrics import TYPE, Metrics
from bot.telemetry.providers import ProviderMetrics
from bot.telemetry.sharing import shared
from bot.telemetry.sources import CallMetrics, StoreMetrics
from bot.telemetry.telemetry import Telemetry
from conversation.ending import DRAINING, TAKEN_OVER

if TYPE_CHECKING:
    from bot.engine import Engine
    from bot.services.failover.switchboard import Switchboard

DRAIN_SECONDS = 5.0  # for what was collected to arrive after the last call
WEB = Path(__file__).parent.parent / "web"
_ONLY_TLS = "max-age=31536000"  # a year; subdomains are not ours to speak for
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(settings: Settings, engine: "asyncio.Future[Engine]", store: SessionStore) -> FastAPI:
    """The application around models that are being loaded and an open store, which it closes."""
    app = FastAPI(
        title="Turnwise", version=_version(), lifespan=_lifespan, openapi_url=None
    )  # the pages that FastAPI makes of its document load scripts from elsewhere
    app.state.settings, app.state.engine, app.state.store = settings, engine, store
    app.state.load = load = Watch(lambda: _judging(engine))
    cycles = Cycles(lambda: len(calls))

    def over(session_id: str) -> None:
        store.release(session_id)
        cycles.call_ended()

    app.state.calls = calls = Calls(
        settings.max_sessions,
        settings.max_sessions_per_key,
        closed=lambda: _refuses(settings, load, store, len(calls)),
        over=over,
    )
    store.on_fenced(lambda session_id: calls.end_soon(session_id, TAKEN_OVER))
    app.state.entry = Entry.of(settings, store)
    providers = ProviderMetrics(lambda: _board(engine), time.monotonic)
    app.state.metrics = Metrics(CallMetrics(calls), StoreMetrics(store), providers)
    app.state.lag = LoopLag()
    app.state.metrics.also(app.state.lag.seconds)
    app.state.telemetry = telemetry = Telemetry(settings, app.state.metrics, app.version)
    app.state.webrtc = SmallWebRTCRequestHandler()
    answers = functools.partial(asked_by_another, app.state)
    app.state.lines = Lines(store.relay, calls.holds, answers)
    app.state.place = None  # among other workers
    app.state.console = Console.of(settings, store)
    app.state.wall_clock, app.state.started = time.time, time.monotonic()
    app.state.started_at = app.state.loaded_at = time.time()
    engine.add_done_callback(lambda _: _ready(app, engine))
    app.middleware("http")(_guard)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_methods=["GET", "POST", "PATCH", "DELETE"],
        allow_headers=["Authorization"],
        expose_headers=["Retry-After"],
    )
    if telemetry.traces:
        app.add_middleware(FromPeer)
    app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    app.add_exception_handler(StarletteHTTPException, _refused)
    app.add_exception_handler(StoreUnreachable, _store_away)
    app.include_router(browser_door)
    app.include_router(sessions_door)
    app.include_router(orchestrate_door)
    app.include_router(phone_door)
    app.include_router(pipecat_client_door)
    app.include_router(console_door)
    app.add_api_route("/health", health)
    app.add_api_route(
        "/health/ready", ready, responses={503: {"model": Ready}}, response_model_exclude_none=True
    )
    app.add_api_route(
        "/metrics", metrics, dependencies=[Depends(metered)], responses=refusals(401),
        response_class=PlainTextResponse,
    )  # fmt: skip
    app.add_api_route(
        "/openapi.json", openapi, dependencies=[Depends(known)], responses=refusals(401, 403)
    )
    app.add_api_route("/", page, include_in_schema=False)
    app.add_api_route("/console", console_page, include_in_schema=False)
    app.mount("/web", StaticFiles(directory=WEB), name="web")
    app.mount("/client", _prebuilt_client(), name="client")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    app.state.lag.start()
    async with (
        shared(app.state.metrics), app.state.console.at_work(), app.state.load.watching()
    ):  # fmt: skip
        yield
        app.state.lag.stop()
        await app.state.calls.end_all(DRAINING)
    if app.state.engine.done() and not app.state.engine.exception():
        await app.state.engine.result().webhooks.drain(DRAIN_SECONDS)
    await app.state.telemetry.close()
    await app.state.webrtc.close()
    await app.state.store.close()


async def page() -> FileResponse:
    """The page on which one talks."""
    return FileResponse(WEB / "index.html", headers={"Content-Security-Policy": _PAGE_POLICY})


async def console_page() -> FileResponse:
    """The page for the operator."""
    return FileResponse(WEB / "console.html", headers={"Content-Security-Policy": _PAGE_POLICY})


async def openapi(request: Request) -> dict[str, Any]:
    """This document."""
    return document(request.app)


async def metrics(request: Request) -> Response:
    """For Prometheus."""
    return Response(request.app.state.metrics.text(), media_type=TYPE)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)
    request.app.state.metrics.refused(error.status_code)
    return await http_exception_handler(request, error)


async def _store_away(request: Request, error: Exception) -> Response:
    advice = "The store of the conversations does not answer: try again in a moment."
    if isinstance(error, StoreSealed):
        advice = "What is kept of this session was encrypted with a key that this server lacks."
    return await _refused(request, HTTPException(503, advice, headers={"Retry-After": "2"}))


async def _guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await go_on(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if request.url.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", _ONLY_TLS)
    if request.url.path.startswith("/web/"):
        response.headers.setdefault("Cache-Control", "no-cache")
    return response


def _refuses(settings: Settings, load: Watch, store: SessionStore, calls: int) -> str:
    if settings.without_store == "refuse" and not store.healthy:
        return "store_away"
    refuses = settings.overload == "refuse" and calls  # whoever is alone takes nothing from others
    return "overloaded" if refuses and load.overloaded else ""


def _ready(app: FastAPI, engine: "asyncio.Future[Engine]") -> None:
    app.state.loaded_at = time.time()
    if loaded := _loaded(engine):
        loaded.spare.watch = app.state.load


def _loaded(engine: "asyncio.Future[Engine]") -> "Engine | None":
    done = engine.done() and not engine.cancelled() and not engine.exception()
    return engine.result() if done else None


def _judging(engine: "asyncio.Future[Engine]") -> float:
    loaded = _loaded(engine)
    return loaded.speech.turns.seconds if loaded and loaded.speech else 0.0


def _board(engine: "asyncio.Future[Engine]") -> "Switchboard | None":
    loaded = _loaded(engine)
    return loaded.services.board if loaded else None


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
