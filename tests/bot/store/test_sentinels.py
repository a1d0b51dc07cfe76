"""A Sentinel promotes the replica, because the master is gone or because it was asked to."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
from redis.exceptions import ResponseError

from bot.store import SessionStore, open_store

pytestmark = pytest.mark.asyncio

Servers = Callable[..., Any]
PATIENCE = 30.0  # seconds; nothing is timed by it


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": 1.0}


async def _turns(store: SessionStore, session_id: str = "s1") -> list[int]:
    return [event["turn"] for event in await store.events(session_id)]


class Watched:
    """A master, its replica, and a Sentinel that promotes the one when the other is gone."""

    def __init__(self, make: Servers, folder: Path) -> None:
        self.master = make()
        self.replica = make("--replicaof", "127.0.0.1", str(self.master.port))
        self._config = folder / "sentinel.conf"
        self._config.write_text(
            f"sentinel monitor desk 127.0.0.1 {self.master.port} 1\n"
            "sentinel down-after-milliseconds desk 500\nsentinel failover-timeout desk 3000\n"
        )
        self.sentinel = make(str(self._config), "--sentinel")
        self.url = f"redis+sentinel://127.0.0.1:{self.sentinel.port}/desk"

    async def start(self) -> None:
        for server in (self.master, self.replica):
            server.start()
            await server.listens()
        await self._wait(self.replica, "replication", "'master_link_status': 'up'")
        self.sentinel.start()
        await self.sentinel.listens()
        await self._wait(self.sentinel, "sentinel", "'slaves': 1")

    async def fail_over(self) -> None:
        """As an operator asks for it; refused until the Sentinel knows the replica well enough."""
        async with (
            asyncio.timeout(PATIENCE),
            redis.asyncio.Redis(port=self.sentinel.port) as client,
        ):
            begun = False
            while not begun:
                with contextlib.suppress(ResponseError):
                    begun = await client.execute_command("SENTINEL", "FAILOVER", "desk")

    async def promoted(self) -> None:
        """The replica is the master."""
        await self._wait(self.replica, "replication", "'role': 'master'")

    async def _wait(self, server: Any, section: str, says: str) -> None:
        async with redis.asyncio.Redis(port=server.port, decode_responses=True) as client:
            async with asyncio.timeout(PATIENCE):
                while says not in str(await client.execute_command("INFO", section)):
                    pass


@pytest.fixture
async def watched(debian_redis: Servers, tmp_path: Path) -> Watched:
    servers = Watched(debian_redis, tmp_path)
    await servers.start()
    return servers


async def _is_there(port: int, session_id: str) -> bool:
    async with redis.asyncio.Redis(port=port) as client:
        return bool(await client.exists(f"session:{session_id}"))


async def test_after_a_fail_over_writes_go_to_the_new_master(watched: Watched, tmp_path: Path):
    """kill -9 of the master: what was written meanwhile comes in order; new sessions work."""
    store = await open_store(watched.url, tmp_path)
    opened = await store.open("s1", now=1.0)
    store.append("s1", entry(0))
    await store.flush()
    async with redis.asyncio.Redis(port=watched.master.port) as client:
        await client.wait(1, 0)
    os.kill(watched.master.process.pid, signal.SIGKILL)
    for turn in range(1, 100):
        store.append("s1", entry(turn))
    await watched.promoted()
    assert await store.flush(within=30)
    assert await _turns(store) == list(range(100))
    again = await store.open("s1", now=2.0)
    assert (again.stored, again.fence) == (True, opened.fence + 1)
    assert (await store.open("s2", now=2.0)).stored
    assert await _is_there(watched.replica.port, "s2")
    await store.close()


async def test_a_fail_over_that_was_asked_for_is_followed(watched: Watched, tmp_path: Path):
    """Both are alive: within a moment the store is at the new master, and nothing is refused."""
    store = await open_store(watched.url, tmp_path)
    await store.open("s1", now=1.0)
    await watched.fail_over()
    await watched.promoted()
    async with asyncio.timeout(PATIENCE):
        while not await _is_there(watched.replica.port, "s2"):
            await store.open("s2", now=2.0)
    for turn in range(100):
        store.append("s2", entry(turn))
    assert await store.flush(within=30)
    assert await _turns(store, "s2") == list(range(100))
    assert (store.dropped, store.fenced) == (0, 0)
    await store.close()
