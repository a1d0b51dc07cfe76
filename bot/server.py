"""The FastAPI application: the page, the doors, health."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from pipecat.transports.smallwebrtc.request_handler import SmallWebRTCRequestHandler

from bot.browser_door import router as browser_door
from bot.calls import Calls
from bot.http import check_key
from bot.settings import Settings
from bot.store import SessionStore

if TYPE_CHECKING:
    from bot.engine import Engine

DRAIN_SECONDS = 5.0  # for what was collected to arrive after the last call
WEB = Path(__file__).parent.parent / "web"
_PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def make_app(settings: Settings, engine: "asyncio.Future[Engine]", store: SessionStore) -> FastAPI:
    """The application around models that are being loaded and an open store, which it closes."""
    app = FastAPI(title="Turnwise", version=_version(), lifespan=_lifespan)
    app.state.settings, app.state.engine, app.state.store = settings, engine, store
    app.state.calls = Calls(settings.max_sessions)
    app.state.webrtc = SmallWebRTCRequestHandler()
    app.state.wall_clock, app.state.started = time.time, time.monotonic()
    app.middleware("http")(_guard)
    app.include_router(browser_door)
    app.add_api_route("/health", health)
    app.add_api_route("/health/ready", ready)
    guarded = [Depends(check_key)]
    app.add_api_route("/api/sessions/{session_id}", session, dependencies=guarded)
    app.add_api_route(
        "/api/sessions/{session_id}", forget, methods=["DELETE"], dependencies=guarded
    )
    app.add_api_route("/", page, include_in_schema=False)
    app.mount("/web", StaticFiles(directory=WEB), name="web")
    app.mount("/client", _prebuilt_client(), name="client")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    yield
    await app.state.calls.end_all()
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


async def session(request: Request, session_id: str) -> dict[str, Any]:
    """The record of a session and its events, oldest first."""
    store: SessionStore = request.app.state.store
    record = await store.read(session_id)
    if record is None:
        raise HTTPException(404, "No session has this id, or it has expired.")
    return {"session_id": session_id, "state": record.state, "turn_number": record.turn,
            "events": await store.events(session_id)}  # fmt: skip


async def forget(request: Request, session_id: str) -> Response:
    """Removes every trace of a session."""
    store: SessionStore = request.app.state.store
    gone = await store.forget(session_id)
    return Response(status_code=204 if gone else 202)  # 202: once the store is back


async def _guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await go_on(request)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
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
