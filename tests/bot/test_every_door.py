"""Every route of the application, walked: with keys set, none is open that should not be."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect

from bot.store import SessionStore
from tests.bot.doors import Doors, doors

OPEN = {"/", "/console", "/health", "/health/ready"}
FILES = {"/web", "/client"}
LATER = {"/twilio/media"}  # Twilio can't send a key: the token comes in its first message
WRONG = [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}]


@pytest.fixture
async def door(store: SessionStore) -> AsyncIterator[Doors]:
    given = {"api_keys": "right", "metrics_key": "numbers", "handshake_seconds": 1}
    async with doors(store, **given) as opened:
        yield opened


def routes(of: Any) -> Iterator[Any]:
    """All of them, those of included routers too."""
    for route in of.routes:
        if inner := getattr(route, "original_router", None):
            yield from routes(inner)
        else:
            yield route


async def test_every_http_door_asks_for_a_key(door: Doors):
    """401 without and with a wrong one, for every method; known nowhere but where it is meant."""
    asked = [
        (method, route.path.format(session_id="x"))
        for route in routes(door.app)
        if isinstance(route, Route) and route.path not in OPEN
        for method in route.methods or ()
    ]
    assert {"/metrics", "/openapi.json", "/api/offer", "/twilio/voice"} <= {p for _, p in asked}
    async with httpx.AsyncClient() as http:
        for method, path in asked:
            for headers in WRONG:
                answer = await http.request(method, door.url(path), headers=headers)
                assert answer.status_code == 401, (method, path)
                assert answer.headers["www-authenticate"] == "Bearer"
                assert not {"right", "numbers"} & set(answer.text.split())


async def test_every_websocket_door_asks_for_a_key(door: Doors):
    """401 before the upgrade; the telephone's is closed if no token comes."""
    paths = {r.path for r in routes(door.app) if isinstance(r, WebSocketRoute)} - {"/door"}
    assert "/orchestrate" in paths
    for path in paths - LATER:
        for headers in WRONG:
            assert (await door.refusal(path, **headers))[0] == 401
        assert (await door.refusal(path + "?token=wrong"))[0] == 401
    for path in paths & LATER:
        async with connect(door.url(path, scheme="ws")) as line:
            async with asyncio.timeout(20):
                await line.wait_closed()
        assert line.close_code == 1008


async def test_nothing_but_the_pages_files_is_mounted(door: Doors):
    """They are the same for everybody, and hold no secrets."""
    mounts = {route.path for route in routes(door.app) if isinstance(route, Mount)}
    assert mounts == FILES


async def test_the_metrics_have_a_key_of_their_own(door: Doors):
    """Which opens nothing else; the others open them too."""
    async with httpx.AsyncClient() as http:
        for key, path, status in (
            ("numbers", "/metrics", 200),
            ("right", "/metrics", 200),
            ("numbers", "/openapi.json", 401),
            ("numbers", "/api/sessions/x", 401),
        ):
            headers = {"Authorization": f"Bearer {key}"}
            assert (await http.get(door.url(path), headers=headers)).status_code == status


async def test_the_metrics_key_alone_closes_the_metrics(store: SessionStore):
    """On a server for this machine only, too."""
    async with doors(store, metrics_key="numbers") as door, httpx.AsyncClient() as http:
        assert (await http.get(door.url("/metrics"))).status_code == 401
        assert (await http.post(door.url("/api/sessions"))).status_code == 200


async def test_health_tells_no_secrets(door: Doors):
    """Neither keys nor where the store is, nor whose calls there are."""
    async with httpx.AsyncClient() as http:
        told = (await http.get(door.url("/health"))).json()
        parts = {"status", "version", "uptime_s", "sessions", "workers", "store", "dependencies"}
        assert set(told) == parts
        assert set(told["store"]) == {"healthy", "latency_ms"}
        assert (await http.get(door.url("/health/ready"))).json() == {"ready": True}


async def test_the_page_and_its_files_are_guarded(door: Doors):
    """A strict policy, no guessing of types, no referrer, no frames; HSTS only under TLS."""
    async with httpx.AsyncClient() as http:
        page = await http.get(door.url("/"))
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        for path in ("/", "/web/main.js", "/health", "/api/sessions/x", "/nowhere"):
            headers = (await http.get(door.url(path))).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["x-frame-options"] == "DENY"
            assert "server" not in headers
            assert "strict-transport-security" not in headers


@pytest.mark.parametrize(
    "path", ["/web/../bot/keys.py", "/web/%2e%2e/bot/keys.py", "/web//etc/passwd"]
)
async def test_the_files_are_those_of_the_page_only(door: Doors, path: str):
    """However the path is written."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: desk\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(20):
        assert (await reader.read()).startswith(b"HTTP/1.1 404")
    writer.close()
