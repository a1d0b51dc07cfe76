"""The peer's WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from benchmarks.latency.lines.socket_line import PcmLine
from benchmarks.peer.raw_pcm import CLEAR


class RawPcmLine(PcmLine):
    """A call."""

    def told(self, frame: str, now: float) -> None:
        if frame == CLEAR:
            self.ear.clear(now)


@asynccontextmanager
async def raw_pcm_line(address: str) -> AsyncIterator[RawPcmLine]:
    """address: of the server, http://…"""
    async with connect(address.replace("http", "ws", 1) + "/", max_size=None) as socket:
        yield RawPcmLine(socket)
