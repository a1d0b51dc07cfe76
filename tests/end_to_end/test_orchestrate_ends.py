"""How an /orchestrate session comes to its end by itself, over a real socket."""

import httpx
import pytest

from bot import session
from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import doors
from tests.bot.orchestrate_client import orchestrate

pytestmark = pytest.mark.slow


async def test_a_caller_who_says_nothing_is_hung_up_on(store: SessionStore, engine: Engine):
    """Pings are no words: `session_ended`, reason idle, 1000."""
    async with doors(store, engine, idle_seconds=1) as door, orchestrate(door) as client:
        await client.start()
        await client.lives()
        assert (await client.until("session_ended"))["reason"] == "idle"
        assert await client.closed() == 1000


async def test_a_call_ends_after_its_longest_time_with_a_goodbye(
    store: SessionStore, engine: Engine
):
    """It is spoken to its end: `session_ended`, reason time_up, 1000."""
    async with doors(store, engine, max_call_seconds=1) as door, orchestrate(door) as client:
        await client.start()
        goodbye = await client.until("transcript", role="agent", final=True)
        assert goodbye["text"] == engine.persona.goodbye
        assert len(client.audio) > 16000
        assert (await client.until("session_ended"))["reason"] == "time_up"
        assert await client.closed() == 1000


async def test_a_caller_who_talks_over_the_goodbye_is_hung_up_on_too(
    store: SessionStore, engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    """Nobody prolongs a call by never letting it end."""
    monkeypatch.setattr(session, "GOODBYE_SECONDS", 3.0)
    async with doors(store, engine, max_call_seconds=1) as door, orchestrate(door) as client:
        await client.start()
        await client.until("state_change", to="SPEAKING")
        await client.until_audio(0.2)
        await client.send("user_speaking", timestamp=1.0)
        await client.until("clear")
        assert (await client.until("session_ended"))["reason"] == "time_up"
        assert await client.closed() == 1000


async def test_a_session_that_its_owner_forgets_ends(store: SessionStore, engine: Engine):
    """DELETE /api/sessions/{id}: the client is told, and nothing is left of it."""
    async with doors(store, engine) as door, orchestrate(door) as client:
        started = await client.start()
        async with httpx.AsyncClient() as http:
            await http.delete(door.url(f"/api/sessions/{started['session_id']}"))
        assert (await client.until("session_ended"))["reason"] == "ended"
        assert await client.closed() == 1000
