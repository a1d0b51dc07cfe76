"""Takes connections from a socket that several processes listen on, one at a time.

asyncio's server takes all that wait, so that one worker would have a whole burst of calls. And a
worker that stops must leave those that wait to the others, which closing a socket of its own
(SO_REUSEPORT) would not do.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

LOOK_AGAIN = 0.02  # seconds, while it is another's turn
BEAT = 0.25  # the same, while nobody comes


@dataclass
class Accepting:
    """Stands in for asyncio.Server. its_turn: whether the next connection is ours."""

    listener: socket.socket
    protocol: Callable[[], asyncio.Protocol]
    tls: ssl.SSLContext | None
    handshake_seconds: float
    its_turn: Callable[[], bool]
    _coming: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on."""
        self.listener.setblocking(False)
        self._task = asyncio.create_task(self._run(), name="accepting")

    def __len__(self) -> int:
        """Connections that come about."""
        return len(self._coming)

    def close(self) -> None:
        """Takes no more."""
        if self._task:
            self._task.cancel()

    async def wait_closed(self) -> None:
        """Until that is so."""
        if self._task:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            while not self.its_turn():  # noqa: ASYNC110 - it is written by other processes
                await asyncio.sleep(LOOK_AGAIN)
            if await self._somebody_waits() and self.its_turn():
                self._take()

    async def _somebody_waits(self) -> bool:
        loop = asyncio.get_running_loop()
        waits = asyncio.Event()
        loop.add_reader(self.listener, waits.set)
        try:
            async with asyncio.timeout(BEAT):
                await waits.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(self.listener)
        return waits.is_set()

    def _take(self) -> None:
        try:
            connection, _ = self.listener.accept()
        except OSError:  # another worker was faster, or the client is gone
            return
        task = asyncio.create_task(self._connect(connection))
        self._coming.add(task)
        task.add_done_callback(self._coming.discard)

    async def _connect(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                self.protocol,
                connection,
                ssl=self.tls,
                ssl_handshake_timeout=self.handshake_seconds if self.tls else None,
            )
        except OSError:  # no TLS, or gone before it was spoken
            connection.close()
