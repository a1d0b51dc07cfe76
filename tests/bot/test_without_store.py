"""While Redis is away: what /health says, and whether new calls are taken."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.store import EmbeddedValkey, SessionStore, open_store
from tests.bot.doors import doors


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    made = EmbeddedValkey(tmp_path / "data")
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def away(server: EmbeddedValkey, tmp_path: Path) -> AsyncIterator[SessionStore]:
    """A store whose Redis has gone, and the store knows."""
    store = await open_store(server.url, tmp_path)
    await server.stop()
    assert not (await store.open("before", now=1.0)).stored
    yield store
    await store.close()


async def test_health_says_degraded_and_well_again(away: SessionStore, server: EmbeddedValkey):
    """The server itself is alive: 200 either way."""
    async with doors(away) as door, httpx.AsyncClient() as http:
        told = await http.get(door.url("/health"))
        assert (told.status_code, told.json()["status"]) == (200, "degraded")
        assert told.json()["store"]["healthy"] is False
        await server.start()
        assert await away.flush(within=30)
        assert (await http.get(door.url("/health"))).json()["status"] == "ok"


async def test_new_calls_are_taken_by_default(away: SessionStore):
    """On every door, as if nothing were."""
    async with doors(away) as door, httpx.AsyncClient() as http:
        assert (await http.get(door.url("/health/ready"))).status_code == 200
        assert (await door.refusal("/door"))[0] == 101
        assert "<Stream" in (await http.post(door.url("/twilio/voice"))).text


async def test_new_calls_are_refused_if_the_operator_says_so(
    away: SessionStore, server: EmbeddedValkey
):
    """503 and when to come again before the upgrade, busy words on the phone; until it is back."""
    async with doors(away, without_store="refuse") as door, httpx.AsyncClient() as http:
        status, headers = await door.refusal("/orchestrate")
        assert status == 503
        assert int(headers["retry-after"]) > 0
        assert (await http.get(door.url("/health/ready"))).status_code == 503
        rings = (await http.post(door.url("/twilio/voice"))).text
        assert "<Stream" not in rings
        assert "lines are busy" in rings
        await server.start()
        assert await away.flush(within=30)
        assert (await http.get(door.url("/health/ready"))).status_code == 200
        assert (await door.refusal("/door"))[0] == 101
