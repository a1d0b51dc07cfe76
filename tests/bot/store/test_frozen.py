"""A worker is stopped for longer than its lease and goes on: does it know its place?"""

import os
import signal
import subprocess
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.store import EmbeddedValkey, Keeping, SessionRecord, SessionStore, open_store

pytestmark = pytest.mark.asyncio

WORKER = """
import asyncio, sys
from pathlib import Path
from bot.store import Keeping, open_store

async def main(url, talks):
    store = await open_store(url, Path(), Keeping(lease_seconds=1))
    store.on_fenced(lambda session_id: print("lost", session_id, flush=True))
    await store.open("s1", now=1.0)
    print("opened", flush=True)

    def talk(turn):
        store.append("s1", {"kind": "frozen", "turn": turn, "at": 1.0})
        asyncio.get_running_loop().call_later(0.02, talk, turn + 1)

    if talks:
        talk(1)
    await asyncio.Event().wait()

asyncio.run(main(sys.argv[1], sys.argv[2] == "talks"))
"""
Child = Callable[..., subprocess.Popen[str]]


@pytest_asyncio.fixture
async def store(embedded: EmbeddedValkey, tmp_path: Path) -> AsyncIterator[SessionStore]:
    opened = await open_store(embedded.url, tmp_path, Keeping(lease_seconds=1))
    yield opened
    await opened.close()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


async def _until(store: SessionStore, holds: Callable[[SessionRecord, float], Any]) -> None:
    """holds: of the record, and the time by the server's clock."""
    found = await store.read("s1")
    while not (found and holds(found, (await store._client.time())[0])):
        found = await store.read("s1")


@pytest.mark.parametrize("does", ["talks", "is silent"])
async def test_a_worker_that_wakes_up_writes_nothing_if_another_has_its_session(
    child: Child, store: SessionStore, embedded: EmbeddedValkey, does: str
):
    """It is told, by its next write or the next renewal of its lease; the new one writes on."""
    frozen = child(WORKER, embedded.url, does)
    assert _line(frozen) == "opened"
    os.kill(frozen.pid, signal.SIGSTOP)
    await _until(store, lambda record, now: record.lease < now)
    await store.open("s1", now=2.0)
    store.append("s1", {"kind": "mine", "turn": 0, "at": 2.0})
    await store.flush()
    os.kill(frozen.pid, signal.SIGCONT)
    assert _line(frozen) == "lost s1"
    assert [entry["kind"] for entry in await store.events("s1")][-1] == "mine"
    record = await store.read("s1")
    assert record
    assert record.holder == store.worker


@pytest.mark.parametrize("does", ["talks", "is silent"])
async def test_a_worker_that_wakes_up_goes_on_if_nobody_took_its_session(
    child: Child, store: SessionStore, embedded: EmbeddedValkey, does: str
):
    """Its lease had run out, and is renewed."""
    frozen = child(WORKER, embedded.url, does)
    assert _line(frozen) == "opened"
    os.kill(frozen.pid, signal.SIGSTOP)
    await _until(store, lambda record, now: record.lease < now)
    before = await store.read("s1")
    assert before
    os.kill(frozen.pid, signal.SIGCONT)
    await _until(store, lambda record, now: record.lease > now)
    after = await store.read("s1")
    assert after
    assert (after.holder, after.fence) == (before.holder, before.fence)


async def test_an_idle_call_keeps_its_lease(store: SessionStore):
    """Renewed in the background, and so is the session's time to live."""
    first = await store.open("s1", now=1.0)
    await store._client.expire("session:s1", 50)
    await _until(store, lambda record, _: record.lease > first.lease + 1)
    assert await store._client.ttl("session:s1") > 50


async def test_an_idle_call_does_not_bring_back_what_was_forgotten_elsewhere(
    store: SessionStore, embedded: EmbeddedValkey, tmp_path: Path
):
    """Renewals go on, and leave no trace of it."""
    other = await open_store(embedded.url, tmp_path)
    await store.open("s1", now=1.0)
    first = await store.open("s2", now=1.0)
    await other.forget("s1")
    found = first
    while found.lease <= first.lease + 1:
        found = await store.read("s2") or found
    assert await other.read("s1") is None
    await other.close()
