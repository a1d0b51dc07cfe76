"""A bad line between the workers and Redis: slow, and now and then cut."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.chaos.servers import HOST


@dataclass
class BadLine:
    """Passes bytes on `delay` seconds later; a share of the requests ends the connection."""

    to_port: int
    delay: float = 0.0
    errors: float = 0.0
    port: int = 0
    cut: int = 0
    _random: random.Random = field(default_factory=lambda: random.Random(0))

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a worker."""
        there, back = await asyncio.open_connection(HOST, self.to_port)
        ways = [
            asyncio.create_task(self._carry(reader, back, self.errors)),
            asyncio.create_task(self._carry(there, writer, 0.0)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            writer.close()
            back.close()

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, errors: float
    ) -> None:
        with suppress(ConnectionError):
            while part := await reader.read(65536):
                if self._random.random() < errors:
                    self.cut += 1
                    return
                await asyncio.sleep(self.delay / 2)
                writer.write(part)
                await writer.drain()


@asynccontextmanager
async def bad_line(to_port: int) -> AsyncIterator[BadLine]:
    """A good one, until it is told to be bad."""
    line = BadLine(to_port)
    server = await asyncio.start_server(line.connected, HOST, 0)
    line.port = server.sockets[0].getsockname()[1]
    async with server:
        yield line
