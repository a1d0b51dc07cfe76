"""Health: what the process depends on, and whether it takes calls."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.server import make_app
from bot.services.failover.switchboard import Switchboard
from bot.settings import Settings
from bot.store import SessionStore, open_store
from conversation.faults import Fault, Faulty
from tests.chaos.servers import Redis, until


def app_of(store: SessionStore, engine: "asyncio.Future[Any]", **given: Any) -> httpx.AsyncClient:
    """A client of an application around a real store."""
    settings = Settings(_env_file=None, **given)  # type: ignore[call-arg]
    transport = httpx.ASGITransport(app=make_app(settings, engine, store))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


def engine_with(*llm: str) -> "asyncio.Future[Any]":
    """Loaded, with these language models, of which only the names matter."""
    from bot.services.provider import LLM
    from bot.services.registry import Services

    class Loaded:
        services = Services(llm=[LLM(name, lambda: None) for name in llm], board=Switchboard())  # type: ignore[arg-type,return-value]

    made = asyncio.get_running_loop().create_future()
    made.set_result(Loaded())
    return made


async def health(http: httpx.AsyncClient) -> dict[str, Any]:
    return (await http.get("/health")).json()


async def test_a_provider_that_fails_is_down_until_it_works_again(store: SessionStore):
    """With its usual latency; since when changes with it."""
    engine = engine_with("groq", "grounded")
    board, groq = engine.result().services.board, ("llm", "groq")
    async with app_of(store, engine) as http:
        at_first = await health(http)
        assert at_first["status"] == "ok"
        assert at_first["dependencies"]["llm.groq"]["state"] == "up"
        assert at_first["dependencies"]["llm.groq"]["latency_ms"] is None
        for seconds in (0.1, 0.2, 0.9):
            board.began(groq, seconds)
        board.failed(groq, Faulty(Fault.LIMITED, 3600.0), now=asyncio.get_running_loop().time())
        failed = await health(http)
        assert failed["status"] == "degraded"
        assert failed["dependencies"]["llm.groq"]["state"] == "down"
        assert failed["dependencies"]["llm.groq"]["latency_ms"] == 200
        assert failed["dependencies"]["llm.grounded"]["state"] == "up"
        board.worked(groq)
        again = await health(http)
        assert (again["status"], again["dependencies"]["llm.groq"]["state"]) == ("ok", "up")


@pytest.mark.chaos
async def test_a_redis_that_goes_is_down_and_that_comes_back_is_up(tmp_path: Path):
    """With since when that is so."""
    redis = Redis(tmp_path / "redis")
    redis.start()
    await until(redis.listens)
    store = await open_store(redis.url, tmp_path)
    async with app_of(store, engine_with()) as http:
        at_first = (await health(http))["dependencies"]["store"]
        redis.stop()
        await until(lambda: not store.healthy)
        gone = await health(http)
        assert gone["status"] == "degraded"
        assert gone["dependencies"]["store"]["state"] == "down"
        assert gone["dependencies"]["store"]["since"] >= at_first["since"]
        redis.start()
        await until(lambda: store.healthy)
        assert (await health(http))["dependencies"]["store"]["state"] == "up"
    await store.close()
    redis.stop()


async def test_not_ready_says_why(store: SessionStore):
    """Loading, full, draining, or without a store where that is asked for."""
    loading = asyncio.get_running_loop().create_future()
    async with app_of(store, loading) as http:
        assert (await http.get("/health/ready")).json() == {"ready": False, "why": "loading"}
        assert (await health(http))["dependencies"]["models"]["state"] == "loading"
    async with app_of(store, engine_with(), max_sessions=1) as http:
        calls = http._transport.app.state.calls  # type: ignore[attr-defined]
        assert (await http.get("/health/ready")).json()["ready"]
        over = asyncio.Event()
        calls.hold("one", over.wait())
        told = await http.get("/health/ready")
        assert (told.status_code, told.json()["why"]) == (503, "full")
        calls.draining = True
        assert (await http.get("/health/ready")).json()["why"] == "draining"
        over.set()
