"""The HTTP doors: who may come in, what is refused and how."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from bot.server import make_app
from bot.services.registry import Services
from bot.settings import Settings
from bot.store import SessionStore, open_store


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SessionStore]:
    opened = await open_store(None, tmp_path / "data")
    yield opened
    await opened.close()


def client(store: SessionStore, *, loaded: bool = True, **settings: Any) -> httpx.AsyncClient:
    """A client of an application around a real store; its models are there, or still loading."""
    engine = asyncio.get_running_loop().create_future()
    if loaded:
        engine.set_result(SimpleNamespace(services=Services()))
    app = make_app(Settings(_env_file=None, **settings), engine, store)  # type: ignore[call-arg]
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_health_tells_how_the_parts_are(store: SessionStore):
    """Alive, its version, its store."""
    async with client(store) as http:
        told = (await http.get("/health")).json()
    assert told["status"] == "ok"
    assert told["store"]["healthy"] is True
    assert told["sessions"] == 0


async def test_it_is_not_ready_before_its_models_are_loaded(store: SessionStore):
    """The page is there, but no call is sent here yet."""
    async with client(store, loaded=False) as http:
        assert (await http.get("/health/ready")).status_code == 503
        assert (await http.get("/")).status_code == 200
    async with client(store) as http:
        assert (await http.get("/health/ready")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/offer"), ("PATCH", "/api/offer"), ("POST", "/start"), ("GET", "/status"),
        ("POST", "/sessions/x/api/offer"), ("GET", "/api/sessions/x"),
        ("DELETE", "/api/sessions/x"), ("POST", "/api/sessions"), ("GET", "/metrics"),
        ("POST", "/connect"),
    ],
)  # fmt: skip
async def test_every_door_asks_for_the_key(store: SessionStore, method: str, path: str):
    """With keys set, nothing but health and the page is open; a wrong key is as good as none."""
    async with client(store, api_keys="right,other") as http:
        for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer rightx"}):
            answer = await http.request(method, path, headers=given, json={})
            assert answer.status_code == 401
            assert "right" not in answer.text
        known = await http.request(method, path, headers={"Authorization": "Bearer other"}, json={})
        assert known.status_code != 401


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"not json", 400, "JSON"),
        (b"[1]", 400, "object"),
        (b"{}", 400, "sdp"),
        (b'{"sdp": 5, "type": "offer"}', 400, "sdp"),
        (b'{"sdp": "v=0", "type": "answer"}', 400, "offer"),
        (b"[" * 30000, 400, "JSON"),
        (b'{"sdp": "' + b"x" * 70000 + b'"}', 413, "at most"),
    ],
    ids=["no json", "a list", "empty", "wrong type", "no offer", "deep", "huge"],
)
async def test_a_broken_offer_is_refused_with_what_to_send(
    store: SessionStore, body: bytes, status: int, says: str
):
    """Bad input is normal input: a clear answer, and the server goes on."""
    async with client(store) as http:
        answer = await http.post("/api/offer", content=body)
        assert answer.status_code == status
        assert says in answer.json()["detail"]
        assert (await http.get("/health")).status_code == 200


async def test_unknown_sessions_and_candidates_are_not_found(store: SessionStore):
    """Nobody's session is nobody's."""
    async with client(store) as http:
        assert (await http.get("/api/sessions/nobody")).status_code == 404
        assert (await http.delete("/api/sessions/nobody")).status_code == 404
        patch = {"pc_id": "nobody", "candidates": []}
        assert (await http.patch("/api/offer", json=patch)).status_code == 404
        assert (await http.patch("/api/offer", json={"pc_id": 1})).status_code == 400


async def test_a_session_can_be_read_and_forgotten(store: SessionStore):
    """Its events in order; after DELETE, no trace."""
    await store.open("s1", now=1.0)
    store.append("s1", {"kind": "transition", "turn": 1, "to": "LISTENING", "at": 2.0})
    store.append("s1", {"kind": "transcript", "turn": 1, "text": "hello", "at": 3.0})
    await store.flush()
    async with client(store) as http:
        told = (await http.get("/api/sessions/s1")).json()
        assert (told["state"], told["turn_number"]) == ("LISTENING", 1)
        assert [e["kind"] for e in told["events"]] == ["transition", "transcript"]
        assert (await http.delete("/api/sessions/s1")).status_code == 204
        assert (await http.get("/api/sessions/s1")).status_code == 404


async def test_no_more_calls_are_taken_than_there_is_room_for(store: SessionStore):
    """The next one is told to come again, and when."""
    async with client(store, max_sessions=1) as http:
        app = http._transport.app  # type: ignore[attr-defined]
        over = asyncio.Event()
        app.state.calls.hold("one", over.wait())  # type: ignore[arg-type]
        refused = await http.post("/api/offer", json={"sdp": "v=0", "type": "offer"})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert (await http.get("/health/ready")).status_code == 503
        over.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert (await http.get("/health/ready")).status_code == 200


async def test_pages_of_listed_origins_may_ask_and_no_others(store: SessionStore):
    """An application on a server of its own; a browser asks first whether it may send a key."""
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    async with client(store, api_keys="right", origins="https://app.example") as http:
        theirs = {"Origin": "https://app.example", **asks}
        answer = await http.options("/connect", headers=theirs)
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert "authorization" in answer.headers["access-control-allow-headers"].lower()
        strange = await http.options(
            "/connect", headers={**theirs, "Origin": "https://else.example"}
        )
        assert "access-control-allow-origin" not in strange.headers


async def test_a_place_on_the_websocket_is_where_the_server_is_known(store: SessionStore):
    """Behind a proxy by its public name; by either route; not with a token; not without room."""
    key = {"Authorization": "Bearer right"}
    public = {"api_keys": "right", "public_url": "https://desk.example"}
    async with client(store, **public) as http:
        place = (await http.post("/connect", headers=key)).json()
        assert place["ws_url"] == "wss://desk.example/ws"
        start = {"transport": "websocket"}
        assert set((await http.post("/start", headers=key, json=start)).json()) == set(place)
        token = {"Authorization": f"Bearer {place['token']}"}
        assert (await http.post("/connect", headers=token)).status_code == 403
