"""Redis goes away during a call and comes back: the call never notices, the stream is whole."""

import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.store import EmbeddedValkey, SessionStore, StoreUnreachable, open_store
from bot.store.connection import connect
from bot.store.urls import parse_url

pytestmark = pytest.mark.asyncio

Until = Callable[[Callable[[], bool]], Any]


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": float(turn)}


def _turns(events: list[dict[str, Any]]) -> list[int]:
    return [event["turn"] for event in events]


@pytest_asyncio.fixture
async def store(embedded: EmbeddedValkey, tmp_path: Path) -> AsyncIterator[SessionStore]:
    """A store whose server the test can stop and start."""
    opened = await open_store(embedded.url, tmp_path)
    yield opened
    await opened.close()


async def test_order_is_kept_while_the_server_is_stopped_and_restarted(
    store: SessionStore, embedded: EmbeddedValkey, until: Until
):
    """What was said before, during and after an outage is read back complete and in order."""
    await store.open("s1", now=1.0)
    store.append("s1", entry(0))
    await store.flush()
    await embedded.stop()
    for turn in range(1, 600):
        store.append("s1", entry(turn))
    await until(lambda: not store.healthy)
    assert store.waiting == 599
    await embedded.start()
    store.append("s1", entry(600))
    assert await store.flush(within=30)
    assert _turns(await store.events("s1")) == list(range(601))
    assert store.healthy
    assert store.dropped == 0


async def test_a_debian_redis_restarted_with_its_file_loses_nothing(
    debian_redis: Callable[..., Any], tmp_path: Path, until: Until
):
    """The same holds for a Redis over TCP that keeps an append-only file."""
    server = debian_redis("--appendonly", "yes")
    server.start()
    await server.listens()
    store = await open_store(server.url, tmp_path)
    for turn in range(50):
        store.append("s1", entry(turn))
    await store.flush()
    server.stop()
    for turn in range(50, 100):
        store.append("s1", entry(turn))
    await until(lambda: not store.healthy)
    server.start()
    assert await store.flush(within=30)
    assert _turns(await store.events("s1")) == list(range(100))
    await store.close()


async def test_a_frozen_server_writes_each_entry_once(
    store: SessionStore, embedded: EmbeddedValkey, until: Until
):
    """Entries sent to a frozen Redis, sent again and then all received, are there once."""
    store.append("s1", entry(0))
    await store.flush()
    assert embedded.pid
    os.kill(embedded.pid, signal.SIGSTOP)
    try:
        store.append("s1", entry(1))
        store.append("s1", entry(2))
        await until(lambda: not store.healthy)
    finally:
        os.kill(embedded.pid, signal.SIGCONT)
    assert await store.flush(within=30)
    assert _turns(await store.events("s1")) == [0, 1, 2]


async def test_the_store_comes_back_by_itself_after_its_server_is_killed(
    tmp_path: Path, until: Until
):
    """kill -9 of the embedded Valkey in the middle of a call costs no entry."""
    store = await open_store(None, tmp_path)
    assert store._server
    assert store._server.pid
    store.append("s1", entry(0))
    await store.flush()
    os.kill(store._server.pid, signal.SIGKILL)
    for turn in range(1, 100):
        store.append("s1", entry(turn))
    assert await store.flush(within=30)
    assert _turns(await store.events("s1")) == list(range(100))
    await store.close()


async def test_a_call_that_comes_while_redis_is_away_is_taken(
    store: SessionStore, embedded: EmbeddedValkey, until: Until
):
    """It starts afresh, says that nothing was resumed, and is stored when Redis is back."""
    await embedded.stop()
    record = await store.open("s1", now=5.0)
    assert (record.stored, record.resumed, record.turn) == (False, False, 0)
    store.append("s1", entry(6))
    await embedded.start()
    assert await store.flush(within=30)
    found = await store.read("s1")
    assert found
    assert (found.stored, found.turn, found.updated) == (True, 6, 6.0)


async def test_reading_while_redis_is_away_does_not_pretend(
    store: SessionStore, embedded: EmbeddedValkey
):
    """ "No such session" and "I can't look" are different answers."""
    await embedded.stop()
    with pytest.raises(StoreUnreachable, match="does not answer"):
        await store.read("s1")
    with pytest.raises(StoreUnreachable, match="does not answer"):
        await store.events("s1")


async def test_forgetting_is_done_when_redis_is_back(
    store: SessionStore, embedded: EmbeddedValkey, until: Until
):
    """forget says False while Redis is away, and keeps its promise afterwards."""
    store.append("s1", entry(0))
    await store.flush()
    await embedded.stop()
    store.append("s1", entry(1))
    assert not await store.forget("s1")
    await embedded.start()
    assert await store.flush(within=30)
    assert await store.read("s1") is None
    assert await store.events("s1") == []


async def test_a_full_backlog_counts_what_it_drops_and_marks_the_gap(
    embedded: EmbeddedValkey, until: Until
):
    """In an outage too long to remember, the stream tells how many entries are missing where."""
    client = await connect(parse_url(embedded.url))
    store = SessionStore(client, where="here", backlog_limit=10)
    await embedded.stop()
    for turn in range(25):
        store.append("s1", entry(turn))
    assert store.dropped == 15
    assert store.waiting == 10
    await embedded.start()
    assert await store.flush(within=30)
    store.append("s1", entry(25))
    events = await store.events("s1")
    assert _turns(events[:10]) == list(range(10))
    assert events[10] == {"kind": "gap", "dropped": 15, "turn": 25}
    assert events[11:] == [entry(25)]
    await store.close()


async def test_redis_that_lost_its_data_gets_the_rest_of_the_call(store: SessionStore):
    """After a flush of Redis the calls in progress write on and can be resumed."""
    await store.open("s1", now=1.0)
    store.append("s1", entry(1))
    await store.flush()
    await store._client.flushall()
    store.append("s1", entry(2))
    record = await store.open("s1", now=3.0)
    assert (record.turn, record.state) == (2, "LISTENING")
