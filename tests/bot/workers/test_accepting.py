"""Several processes that listen on one socket, as several listeners in one."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.tls import Certificates
from bot.workers.accepting import Accepting
from tests.bot.certificates import write_certificate


class Worker(asyncio.Protocol):
    """Tells each client its name. `takes` is whether the next one is its."""

    def __init__(
        self, name: bytes, listener: socket.socket, tls: ssl.SSLContext | None = None
    ) -> None:
        self.name, self.takes, self.held = name, True, 0
        own = listener.dup()  # as another process has it
        self.accepting = Accepting(own, lambda: self, tls, 5, self._its_turn)
        self.others: list[Worker] = []

    def _its_turn(self) -> bool:
        mine = self.held + len(self.accepting)
        return self.takes and all(mine <= other.held for other in self.others if other.takes)

    async def stop(self) -> None:
        """Takes no more."""
        self.takes = False
        self.accepting.close()
        await self.accepting.wait_closed()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.held += 1
        assert isinstance(transport, asyncio.Transport)
        transport.write(self.name)
        transport.close()


@pytest.fixture
async def listener() -> AsyncIterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=200) as opened:
        yield opened


@pytest.fixture
async def workers(listener: socket.socket) -> AsyncIterator[list[Worker]]:
    made = [Worker(b"one", listener), Worker(b"other", listener)]
    for worker in made:
        worker.others = [other for other in made if other is not worker]
        worker.accepting.start()
    yield made
    for worker in made:
        await worker.stop()


async def answer(listener: socket.socket) -> bytes:
    """Who took a connection."""
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        async with asyncio.timeout(10):
            return await reader.read()
    finally:
        writer.close()


async def test_a_burst_is_shared_out(listener: socket.socket, workers: list[Worker]):
    """Nobody has all of it, nobody is left waiting."""
    names = await asyncio.gather(*(answer(listener) for _ in range(60)))
    assert len(names) == 60
    assert all(25 <= names.count(name) <= 35 for name in (b"one", b"other"))


async def test_who_takes_none_leaves_them_to_the_other(
    listener: socket.socket, workers: list[Worker]
):
    """Those that wait already, too; and takes them again when it may."""
    one, other = workers
    one.takes = False
    assert set(await asyncio.gather(*(answer(listener) for _ in range(5)))) == {b"other"}
    one.takes, other.takes = True, False
    assert await answer(listener) == b"one"


async def test_who_stops_takes_no_more(listener: socket.socket, workers: list[Worker]):
    """The socket stays open for the other."""
    await workers[0].stop()
    assert set(await asyncio.gather(*(answer(listener) for _ in range(5)))) == {b"other"}


async def test_a_client_that_speaks_no_tls_harms_nobody(listener: socket.socket, tmp_path: Path):
    """It is dropped; the next one, who does, is served."""
    write_certificate(tmp_path, "us")
    tls = Certificates(tmp_path / "cert.pem", tmp_path / "key.pem").context()
    worker = Worker(b"one", listener, tls)
    worker.accepting.start()
    _, plain = await asyncio.open_connection(*listener.getsockname())
    plain.write(b"GET / HTTP/1.1\r\n\r\n")
    trusts = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    host, port = listener.getsockname()
    reader, writer = await asyncio.open_connection(host, port, ssl=trusts)
    assert await reader.read() == b"one"
    for one in (plain, writer):
        one.close()
        with suppress(OSError):
            await one.wait_closed()
    await worker.stop()
