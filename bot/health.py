"""Health: whether the process lives, how what it depends on is, and whether it takes calls."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import Request, Response

from bot.http_models import Dependency, Health, Ready, StoreHealth
from bot.store import SessionStore
from bot.workers.board import State
from bot.workers.place import Place

_BREAKERS = {"closed": "up", "half_open": "trying", "open": "down"}


async def health(request: Request) -> Health:
    """Alive, and how its parts are. Tells no secrets."""
    state = request.app.state
    store: SessionStore = state.store
    parts = dict(dependencies(state))
    place: Place | None = state.place
    rows = place.board.rows() if place else []
    serving = sum(row.state != State.LOADING for row in rows) if place else 1
    missing = place is not None and serving < place.board.workers
    down = missing or any(part.state == "down" for part in parts.values())
    return Health(
        status="degraded" if down else "ok",
        version=request.app.version,
        uptime_s=round(time.monotonic() - state.started, 1),
        sessions=sum(row.calls for row in rows) if place else len(state.calls),
        workers=serving,
        store=StoreHealth(healthy=store.healthy, latency_ms=round(store.latency_ms, 2)),
        dependencies=parts,
    )


async def ready(request: Request, response: Response) -> Ready:
    """200 if another call would be taken, else 503."""
    state = request.app.state
    loaded = state.engine.done() and not state.engine.exception()
    why = state.calls.why_full if loaded else "loading"
    response.status_code = 503 if why else 200
    return Ready(ready=not why, why=why or None)


def dependencies(state: Any) -> Iterator[tuple[str, Dependency]]:
    """What calls depend on, by name: `store`, `models`, and `kind.provider` of each service."""
    store: SessionStore = state.store
    yield (
        "store",
        _told("up" if store.healthy else "down", store.operations.since, store.latency_ms),
    )
    if not state.engine.done():
        yield "models", _told("loading", state.started_at)
        return
    if state.engine.exception():
        yield "models", _told("down", state.started_at)
        return
    yield "models", _told("up", state.loaded_at)
    services = state.engine.result().services
    kinds: Mapping[str, Any] = {"stt": services.stt, "llm": services.llm, "tts": services.tts}
    for kind, providers in kinds.items():
        for provider in providers:
            named = kind, provider.name
            breaker = services.board.breakers[named].state(now=time.monotonic())
            since = services.board.since.get(named, state.loaded_at)
            seconds = services.board.usual(named)
            latency = None if seconds is None else seconds * 1000
            yield f"{kind}.{provider.name}", _told(_BREAKERS[breaker], since, latency)


def _told(state: str, since: float, latency_ms: float | None = None) -> Dependency:
    at = datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds")
    rounded = None if latency_ms is None else round(latency_ms, 2)
    return Dependency.model_validate({"state": state, "since": at, "latency_ms": rounded})
