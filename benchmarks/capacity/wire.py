"""A WebSocket client that costs next to nothing, for load generators: frames out are ready made.

No compression, no fragments from the server, no TLS. uvicorn's pings are answered.
"""

import asyncio
import base64
import os
from collections.abc import Callable, Iterator
from typing import cast
from urllib.parse import urlsplit

from benchmarks.capacity.script import masked

OPENS_WITHIN = 10.0  # seconds
TEXT, BINARY, CLOSED = 1, 2, 8
_PING, _PONG = 9, 0x8A


class Refused(Exception):
    """The server's answer was not 101."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


def hello(url: str) -> bytes:
    """The request for an upgrade."""
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


class Frames:
    """What a server sends: bytes in, frames out. `status` of its answer, once that is there."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self.status: int | None = None

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The frames that are whole now: (opcode, payload)."""
        self._buffer += data
        if self.status is None:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            self.status = int(self._buffer.split(b" ", 2)[1])
            del self._buffer[: end + 4]
        while self.status == 101 and (frame := self._next()):
            yield frame

    def _next(self) -> tuple[int, bytes] | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        opcode, size, head = buffer[0] & 0x0F, buffer[1] & 0x7F, 2
        if size >= 126:
            head = 4 if size == 126 else 10
            if len(buffer) < head:
                return None
            size = int.from_bytes(buffer[2:head], "big")
        if len(buffer) < head + size:
            return None
        payload = bytes(buffer[head : head + size])
        del buffer[: head + size]
        return opcode, payload


def pong(payload: bytes) -> bytes:
    """What a ping is answered with."""
    return masked(payload, _PONG)


class Wire(asyncio.Protocol):
    """came: called with (opcode, payload); with CLOSED once, when the line is gone."""

    def __init__(self, came: Callable[[int, bytes], None]) -> None:
        self._came = came
        self._frames = Frames()
        self._answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self.open = False

    @classmethod
    async def connect(cls, url: str, came: Callable[[int, bytes], None]) -> "Wire":
        """Raises Refused, OSError, TimeoutError."""
        where = urlsplit(url)
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(OPENS_WITHIN):
            _, wire = await loop.create_connection(lambda: cls(came), where.hostname, where.port)
            wire.send(hello(url))
            status = await wire._answered
        if status != 101:
            wire.close()
            raise Refused(status)
        return wire

    def send(self, frame: bytes) -> None:
        """frame: as `masked` makes it."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(frame)

    def close(self) -> None:
        """Hangs up."""
        self.open = False
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are no subclass

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._answered.done():
            self._answered.set_exception(ConnectionError("closed before an answer"))
        if self.open:
            self.open = False
            self._came(CLOSED, b"")

    def data_received(self, data: bytes) -> None:
        for opcode, payload in self._frames.feed(data):
            if opcode == _PING:
                self.send(pong(payload))
            elif opcode in (TEXT, BINARY):
                self._came(opcode, payload)
        if not self._answered.done() and self._frames.status is not None:
            self.open = self._frames.status == 101
            self._answered.set_result(self._frames.status)
