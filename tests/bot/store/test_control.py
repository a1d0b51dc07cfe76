"""What others tell a session reaches the worker that holds it, and nobody else."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from bot.store import EmbeddedValkey, SessionStore, StoreUnreachable, open_store

Until = Callable[[Callable[[], bool]], Any]
SAY = {"type": "say", "text": "hello"}

PUBLISHER = """
import sys, redis
client = redis.Redis.from_url(sys.argv[1])
while not client.publish(sys.argv[2], sys.argv[3]):
    pass
print("told", flush=True)
"""


async def heard_by(store: SessionStore, session_id: str, message: dict[str, Any]) -> int:
    """How many workers hear it, once somebody does."""
    while not (count := await store.tell(session_id, message)):
        pass
    return count


async def told_until(store: SessionStore, session_id: str, heard: list[str]) -> None:
    """Tells it until it is heard: the server may count a connection that is about to end."""
    async with asyncio.timeout(30):
        while not heard:
            await store.tell(session_id, SAY)


async def test_a_message_reaches_who_holds_the_session(store: SessionStore, until: Until):
    """Its words as they were sent, in order; other sessions hear nothing."""
    one: list[str] = []
    other: list[str] = []
    store.hear("one", one.append)
    leave = store.hear("other id/ä", other.append)
    assert await heard_by(store, "one", SAY) == 1
    assert await heard_by(store, "other id/ä", {"type": "end"}) == 1
    for number in range(100):
        assert await store.tell("one", {"type": "say", "text": str(number)}) == 1
    await until(lambda: json.loads(one[-1])["text"] == "99")
    heard = [json.loads(m)["text"] for m in one]
    first = heard.index("0")  # of a cluster, a message may be heard and not counted, and told again
    assert set(heard[:first]) == {"hello"}
    assert heard[first:] == [str(n) for n in range(100)]
    assert other == ['{"type": "end"}']
    leave()
    while await store.tell("other id/ä", SAY):
        pass
    assert await store.tell("one", SAY) == 1


async def test_nobody_hears_what_nobody_holds(store: SessionStore):
    """And its sender knows."""
    assert await store.tell("nobody", SAY) == 0


async def test_who_comes_later_has_the_session(store: SessionStore, until: Until):
    """The connection that was taken over leaves without taking the new one's messages along."""
    old: list[str] = []
    new: list[str] = []
    leave = store.hear("s", old.append)
    await heard_by(store, "s", SAY)
    await until(lambda: len(old) == 1)
    store.hear("s", new.append)
    leave()
    await store.flush()
    assert await store.tell("s", {"type": "end"}) == 1
    await until(lambda: len(new) == 1)
    assert len(old) == 1


async def test_one_session_that_fails_does_not_deafen_the_others(store: SessionStore):
    """Nor, but for a moment, does a message that is no text."""
    heard: list[str] = []

    def fails(_: str) -> None:
        raise RuntimeError

    store.hear("broken", fails)
    store.hear("s", heard.append)
    await heard_by(store, "broken", SAY)
    await store._client.publish(store._keys("broken").control, b"\xff\xfe")
    await told_until(store, "s", heard)


async def test_another_process_interrupts_over_the_embedded_store(
    embedded: EmbeddedValkey, child: Callable[..., Any], tmp_path: Path, until: Until
):
    """With nothing but a Redis client and the session's id."""
    store = await open_store(embedded.url, tmp_path)
    heard: list[str] = []
    store.hear("s", heard.append)
    process = child(PUBLISHER, embedded.url, "session:s:control", '{"type": "user_speaking"}')
    await until(lambda: bool(heard))
    assert heard[0] == '{"type": "user_speaking"}'
    assert process.stdout.readline() == "told\n"
    await store.close()


@pytest.mark.parametrize("server", ["valkey", "redis"])
async def test_a_session_hears_again_after_the_server_was_restarted(
    server: str,
    debian_redis: Callable[..., Any],
    embedded: EmbeddedValkey,
    tmp_path: Path,
    until: Until,
):
    """Sessions that came or went meanwhile, too."""
    redis_server = debian_redis() if server == "redis" else None
    if redis_server:
        redis_server.start()
        await redis_server.listens()
    url = redis_server.url if redis_server else embedded.url
    store = await open_store(url, tmp_path)
    before: list[str] = []
    meanwhile: list[str] = []
    store.hear("before", before.append)
    leave = store.hear("gone", before.append)
    await heard_by(store, "before", SAY)
    await heard_by(store, "gone", SAY)
    if redis_server:
        redis_server.stop()
    else:
        await embedded.stop()
    await until(lambda: not store.healthy)
    with pytest.raises(StoreUnreachable):
        await store.tell("before", SAY)
    store.hear("meanwhile", meanwhile.append)
    leave()
    if redis_server:
        redis_server.start()
    else:
        await embedded.start()
    await until(lambda: store.healthy)
    before.clear()
    await told_until(store, "before", before)
    await told_until(store, "meanwhile", meanwhile)
    while await store.tell("gone", SAY):
        pass
    await store.close()


async def test_a_server_that_hangs_is_left_and_heard_again(
    embedded: EmbeddedValkey, tmp_path: Path, until: Until, monkeypatch: pytest.MonkeyPatch
):
    """A connection on which nothing comes, not even an answer, is given up."""
    monkeypatch.setattr("bot.store.control.SILENCE", 0.2)
    store = await open_store(embedded.url, tmp_path)
    heard: list[str] = []
    store.hear("s", heard.append)
    await heard_by(store, "s", SAY)
    assert embedded.pid
    connections = store._control.connections
    os.kill(embedded.pid, signal.SIGSTOP)
    try:
        await until(lambda: store._control.connections > connections)
    finally:
        os.kill(embedded.pid, signal.SIGCONT)
    assert await store.flush(within=30)
    heard.clear()
    await told_until(store, "s", heard)
    await store.close()


async def test_forgetting_reaches_the_worker_that_holds_the_session(
    embedded: EmbeddedValkey, tmp_path: Path, until: Until
):
    """It is told, writes nothing more, and what it was about to write is gone, too."""
    holds = await open_store(embedded.url, tmp_path)
    asked = await open_store(embedded.url, tmp_path)
    told: list[str] = []
    entry = {"kind": "transition", "turn": 1, "to": "LISTENING", "at": 1.0}
    await holds.open("s", now=1.0)
    holds.hear("s", told.append)
    await heard_by(asked, "s", SAY)
    for _ in range(50):
        holds.append("s", entry)
    assert await asked.forget("s")
    await until(lambda: '{"type": "forget"}' in told)
    holds.append("s", entry)
    await holds.flush()
    async with redis.asyncio.Redis.from_url(embedded.url) as client:
        assert await client.keys("*") == []
    await holds.close()
    await asked.close()
