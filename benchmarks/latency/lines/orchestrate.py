"""/orchestrate with transcription by the server, 16 kHz both ways."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect

from benchmarks.latency.lines.socket_line import RATE, PcmLine


class OrchestrateLine(PcmLine):
    """Our protocol."""

    def told(self, frame: str, now: float) -> None:
        message = json.loads(frame)
        self.messages.append(message)
        match message["type"]:
            case "clear":
                self.ear.clear(now)
            case "session_started":
                self.session_id = message["session_id"]
            case _:
                pass


@asynccontextmanager
async def orchestrate_line(address: str) -> AsyncIterator[OrchestrateLine]:
    """address: of the server, http://…"""
    url = address.replace("http", "ws", 1) + "/orchestrate"
    async with connect(url, max_size=None) as socket:
        start = {"transcription": "server", "sample_rate": RATE, "greeting": False}
        await socket.send(json.dumps({"type": "session_start", **start}))
        yield OrchestrateLine(socket)
