"""A client of /ws that checks our own messages against the protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pipecat.frames.protobufs.frames_pb2 as protobuf
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.bot.doors import Doors
from tests.bot.orchestrate_client import Client
from transports.orchestrate.server_messages import SERVER_MESSAGES


def audio_frame(pcm: bytes, rate: int = 16000, channels: int = 1) -> bytes:
    """Audio as the SDKs send it."""
    frame = protobuf.Frame()
    frame.audio.audio, frame.audio.sample_rate, frame.audio.num_channels = pcm, rate, channels
    return frame.SerializeToString()


def message_frame(text: str) -> bytes:
    """A message as the SDKs send it: JSON within protobuf."""
    frame = protobuf.Frame()
    frame.message.data = text
    return frame.SerializeToString()


@dataclass
class RtviClient(Client):
    """`messages` are ours, unwrapped; `rtvi` are Pipecat's, in order; and `cuts` of the audio."""

    rtvi: list[dict[str, Any]] = field(default_factory=list)
    cuts: int = 0

    async def listen(self) -> None:
        """Collects until the connection ends."""
        try:
            async for data in self.line:
                frame = protobuf.Frame.FromString(data)
                match frame.WhichOneof("frame"):
                    case "audio":
                        assert frame.audio.sample_rate == 24000
                        self.audio += frame.audio.audio
                    case "message":
                        self._told(json.loads(frame.message.data))
                    case other:
                        assert other == "interruption"
                        self.cuts += 1
                self._changed.set()
        finally:
            self._changed.set()

    async def send(self, kind: str, **data: Any) -> None:
        """One RTVI message."""
        said = {"label": "rtvi-ai", "type": kind, "id": f"id-{kind}", "data": data}
        await self.line.send(message_frame(json.dumps(said)))

    async def until_rtvi(self, kind: str) -> dict[str, Any]:
        """The last message of the kind, once there is one."""
        async with asyncio.timeout(20):
            while not (found := [m for m in self.rtvi if m["type"] == kind]):
                if self.line.close_code is not None:
                    raise ConnectionClosed(None, None)
                self._changed.clear()
                await self._changed.wait()
        return found[-1]

    def _told(self, message: dict[str, Any]) -> None:
        assert message["label"] == "rtvi-ai"
        if message["type"] != "server-message":
            self.rtvi.append(message)
            return
        ours = message["data"]
        SERVER_MESSAGES[ours["type"]].model_validate(ours)
        self.messages.append(ours)


@asynccontextmanager
async def rtvi_client(door: Doors, query: str = "", **headers: str) -> AsyncIterator[RtviClient]:
    """A connection."""
    url = door.url(f"/ws{query}", scheme="ws")
    async with connect(url, additional_headers=headers, max_size=None) as line:
        client = RtviClient(line)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            await line.close()
            with suppress(ConnectionClosed):
                await listening
