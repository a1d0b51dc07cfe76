"""A call is told what others want of it, whichever door it came in by."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors
from tests.bot.rtvi_client import rtvi_client
from tests.end_to_end.browser import page_with_microphone, quiet, serving, until
from tests.end_to_end.telephone import handset, over

pytestmark = pytest.mark.slow

SAY = {"type": "say", "text": "The office moves to the north campus."}


async def tell(store: SessionStore, session_id: str, message: dict[str, Any]) -> None:
    """Once somebody hears it."""
    async with asyncio.timeout(20):
        while not await store.tell(session_id, message):
            pass


async def test_pipecats_clients(door: Doors, store: SessionStore):
    """Words are said after the greeting, a barge-in cuts them, and the call is ended."""
    async with rtvi_client(door) as client:
        session_id = (await client.until("session_started"))["session_id"]
        await client.until("state_change", to="IDLE")  # after the greeting
        await tell(store, session_id, SAY)
        await client.until("response_ready", text=SAY["text"])
        await client.until("state_change", to="SPEAKING")
        await tell(store, session_id, {"type": "user_speaking"})
        await client.until("clear")
        assert client.cuts == 1
        await tell(store, session_id, {"type": "end"})
        assert (await client.until("session_ended"))["reason"] == "ended"


async def test_the_telephone(door: Doors, store: SessionStore, engine: Engine):
    """The same, in the caller's ear."""
    token = await door.app.state.entry.tokens.issue("rung", "telephone")
    async with handset(door, token) as caller:
        await tell(store, "rung", SAY)
        await caller.is_told(engine, "north campus")
        since = len(caller.audio)
        await tell(store, "rung", {"type": "end"})
        await caller.is_told(engine, "goodbye", since=since)
        await over(door)


def test_the_page(data_folder: Path):
    """A session of the browser's, over HTTP."""
    with (
        serving(data_folder) as server,
        page_with_microphone(server, quiet(60)) as page,
        httpx.Client(base_url=server) as http,
    ):
        page.get_by_role("button", name="Talk").click()
        until(page, "window.turnwise.events.some(e => e.type === 'session_started')")
        session_id = page.evaluate(
            "window.turnwise.events.find(e => e.type === 'session_started').session_id"
        )
        told = http.post(f"/api/sessions/{session_id}/control", json=SAY)
        assert told.json() == {"receivers": 1}
        until(page, f"window.turnwise.events.some(e => e.text === '{SAY['text']}')")
