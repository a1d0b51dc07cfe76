"""Other services tell a call what they want of it, at every door and from another worker."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
import redis.asyncio
from loguru import logger

from bot.engine import Engine
from bot.settings import Settings
from bot.store import SessionStore, open_store
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


@pytest.fixture
async def elsewhere(
    store: SessionStore, engine: Engine, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """Another worker's HTTP routes, over the same Redis."""
    assert store._server
    other = await open_store(store._server.url, settings.data)
    async with (
        doors(other, engine, data=settings.data) as door,
        httpx.AsyncClient(base_url=door.url("")) as http,
    ):
        yield http
    await other.close()


async def tell(http: httpx.AsyncClient, session_id: str, **message: str) -> int:
    """How many have heard it; once somebody does."""
    async with asyncio.timeout(20):
        while True:
            answer = await http.post(f"/api/sessions/{session_id}/control", json=message)
            assert answer.status_code == 202, answer.text
            if receivers := answer.json()["receivers"]:
                return receivers


async def answering(client: Client) -> str:
    """The bot speaks; the session's id."""
    started = await client.start()
    await client.ask(FEE)
    await client.until("state_change", to="SPEAKING")
    await client.until_audio(0.2)
    return started["session_id"]


async def test_a_service_of_ones_own_breaks_in(client: Client, store: SessionStore):
    """With a Redis client alone, over the channel's name: the reply is cut like by a voice."""
    session_id = await answering(client)
    assert store._server
    async with redis.asyncio.Redis.from_url(store._server.url) as own:
        message = json.dumps({"type": "user_speaking"})
        while not await own.publish(f"session:{session_id}:control", message):
            pass
    await client.until("state_change", to="INTERRUPT")
    assert await client.until("clear")
    await client.until("state_change", to="LISTENING")
    await client.ask("And for graduate programs?")
    assert (await client.until("turn_complete", interrupted=False))["turn_number"] == 2


async def test_a_reply_that_was_cut_for_nothing_goes_on(
    client: Client, elsewhere: httpx.AsyncClient
):
    """Nobody speaks after all: after three seconds the bot says the rest."""
    session_id = await answering(client)
    assert await tell(elsewhere, session_id, type="user_speaking") == 1
    await client.until("state_change", to="INTERRUPT")
    await client.until("state_change", to="SPEAKING")
    await client.until("state_change", to="IDLE")


async def test_words_are_said_once_nobody_speaks(client: Client, elsewhere: httpx.AsyncClient):
    """After the reply that is being heard, and not in the middle of the caller's turn."""
    session_id = await answering(client)
    await tell(elsewhere, session_id, type="say", text="A colleague is free in two minutes.")
    await client.until("transcript", role="agent", final=True)
    announced = await client.until("transcript", role="agent", final=True)
    assert announced["text"] == "A colleague is free in two minutes."
    await client.until("state_change", to="IDLE")
    await client.send("user_speaking", timestamp=1.0)
    await client.until("state_change", to="LISTENING")
    await tell(elsewhere, session_id, type="say", text="This waits.")
    await client.ask(FEE)
    said = [(await client.until("transcript", role="agent", final=True))["text"] for _ in "12"]
    assert said[1] == "This waits."
    assert said[0] != "This waits."


async def test_a_caller_is_transferred(client: Client, elsewhere: httpx.AsyncClient):
    """As an intent's transfer: announced, then made, with the reason and what was said."""
    session_id = await answering(client)
    await tell(elsewhere, session_id, type="transfer", reason="A supervisor takes this call.")
    made = await client.until("processing", stage="transfer")
    assert made["details"]["reason"] == "A supervisor takes this call."
    assert FEE in made["details"]["summary"]


@pytest.mark.parametrize(("given", "told"), [({}, "ended"), ({"reason": "closing"}, "closing")])
async def test_a_call_is_ended_with_a_goodbye(
    client: Client, elsewhere: httpx.AsyncClient, engine: Engine, given: dict, told: str
):
    """And the client is told why."""
    started = await client.start()
    await tell(elsewhere, started["session_id"], type="end", **given)
    said = await client.until("transcript", role="agent", final=True)
    assert said["text"] == engine.persona.goodbye
    assert (await client.until("session_ended"))["reason"] == told
    assert await client.closed() == 1000


async def test_what_means_nothing_is_ignored(client: Client, door: Doors):
    """Its words are in no log, and the call goes on."""
    log: list[str] = []
    sink = logger.add(log.append, format="{message} {extra}", level="TRACE")
    started = await client.start()
    store: SessionStore = door.app.state.store
    for message in ({"type": "shout", "text": "secret words"}, {"type": "say", "text": 5}):
        while not await store.tell(started["session_id"], message):
            pass
    await client.lives()
    await client.ask(FEE)
    await client.until("turn_complete")
    logger.remove(sink)
    logged = "".join(log)
    assert "control_ignored" in logged
    assert "secret words" not in logged


async def test_a_call_that_is_forgotten_elsewhere_ends_here(
    client: Client, elsewhere: httpx.AsyncClient, store: SessionStore
):
    """DELETE at another worker: the client is told, and no trace is written any more."""
    session_id = await answering(client)
    await tell(elsewhere, session_id, type="say", text="Wait.")
    assert (await elsewhere.delete(f"/api/sessions/{session_id}")).status_code == 204
    assert (await client.until("session_ended"))["reason"] == "ended"
    assert await client.closed() == 1000
    await store.flush()
    assert await store._client.keys(f"*{session_id}*") == []
    assert session_id not in str(await store._client.zrange("session::live", 0, -1))
    assert (await elsewhere.get(f"/api/sessions/{session_id}")).status_code == 404
