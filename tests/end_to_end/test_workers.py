"""`serve --workers N`: several processes that are one server."""

import asyncio
import json
import os
import signal
import socket
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.orchestrate_client import Client, orchestrate
from tests.chaos.servers import HOST, Worker, until

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for domestic first-year students?"


class Several(Worker):
    """A server of two workers with the embedded store."""

    def health(self) -> dict[str, object]:
        """What /health says; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(self.url("/health"), timeout=5) as answer:
                return json.load(answer)
        except OSError:
            return {}

    def pids(self) -> set[int]:
        """Of the processes that serve."""
        assert self.running is not None
        found: set[int] = set()
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == self.running.pid and b"worker" in command:
                found.add(pid)
        return found

    def whole(self) -> bool:
        """Whether both are there, and say so."""
        return self.ready() and self.health().get("workers") == 2


@pytest.fixture
async def server(data_folder: Path, tmp_path: Path) -> AsyncIterator[Several]:
    made = Several(tmp_path, "", data_folder, workers=2, drain_seconds=0, max_sessions=1)
    del made.environment["TURNWISE_REDIS_URL"]
    made.start()
    await until(made.ready)
    yield made
    made.stop()


async def answered(client: Client) -> None:
    """Its question gets its answer."""
    await client.ask(FEE)
    await client.until("turn_complete")
    assert any("$60" in m["text"] for m in client.messages if m["type"] == "response_ready")


async def test_they_are_one_server(server: Several):
    """Two calls at once where each worker has room for one; a worker dies, and another takes its
    place; all are replaced without a caller being lost; then everything ends in order."""
    await until(server.whole)
    async with orchestrate(server) as one, orchestrate(server) as other:
        await one.start()
        token = (await other.start())["resume_token"]
        await asyncio.gather(answered(one), answered(other))
        await until(lambda: server.health()["sessions"] == 2)
        assert not server.ready()

        before = server.pids()
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        await until(lambda: len(server.pids() - before) == 1)
        survives = [c for c in (one, other) if c.line.close_code is None]
        await until(server.whole)
    assert survives

    async with orchestrate(server) as again:
        assert (await again.start(resume_token=token))["turn_number"] == 1
        before = server.pids()
        server.send(signal.SIGHUP)
        await until(lambda: not server.pids() & before)
        ended = await again.until("session_ended")
        assert ended["reason"] == "draining"
    await until(server.whole)
    async with orchestrate(server) as back:
        assert (await back.start(resume_token=ended["resume_token"]))["resumed"]
        server.send(signal.SIGTERM)
        await back.until("session_ended", reason="draining")
    server.wait()
    assert server.running is not None
    assert server.running.returncode == 0
    assert server.pids() == set()


async def test_workers_do_not_outlive_their_supervisor(server: Several):
    """Killed without a word, it leaves nobody listening: it can be started again at once."""
    left = server.pids()
    assert left
    server.kill()
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left))
    with socket.create_server((HOST, server.port)):
        pass


async def test_a_server_that_cannot_start_says_so_once(data_folder: Path, tmp_path: Path):
    """And ends, with the code of settings that must be mended."""
    server = Several(tmp_path, "redis://127.0.0.1:1", data_folder, workers=2)
    server.start()
    server.wait()
    assert server.running is not None
    assert server.running.returncode == 2
    assert server.log.read_text().count("can't be reached") == 1
