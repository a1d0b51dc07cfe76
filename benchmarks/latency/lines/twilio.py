"""A telephone call as Twilio makes it: a signed webhook, then a media stream of 8 kHz mu-law."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
from streamdouble import g711
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.latency.recording import Ear

RATE = 8000
TOKEN = "an-auth-token-of-the-benchmark"
_CALL, _STREAM, _ACCOUNT = "CAbench", "MZbench", "ACbench"
_CALLER = {"From": "+15551230199", "To": "+15550100", "CallSid": _CALL}


@dataclass
class TwilioLine:
    """Marks come back when what was sent before them has been played, or was cleared."""

    socket: ClientConnection
    session_id: str = ""
    rate: int = RATE
    ear: Ear = field(default_factory=lambda: Ear(RATE))
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    _marks: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    async def send(self, samples: np.ndarray) -> None:
        now = time.monotonic()
        while self._marks and self._marks[0][0] <= now:
            await self._tell("mark", mark={"name": self._marks.pop(0)[1]})
        payload = base64.b64encode(g711.encode(samples)).decode()
        await self._tell("media", media={"track": "inbound", "payload": payload})

    async def listen(self) -> None:
        async for frame in self.socket:
            now, told = time.monotonic(), json.loads(frame)
            match told["event"]:
                case "media":
                    self.ear.hears(g711.decode(base64.b64decode(told["media"]["payload"])), now)
                case "mark":
                    self._marks.append((self.ear.channel.ends, told["mark"]["name"]))
                case "clear":
                    self.ear.clear(now)
                    self._marks = [(now, name) for _, name in self._marks]
                case _:
                    pass

    async def begin(self, parameters: Mapping[str, str]) -> None:
        """What Twilio sends first."""
        start = {
            "streamSid": _STREAM, "callSid": _CALL, "accountSid": _ACCOUNT, "tracks": ["inbound"],
            "customParameters": dict(parameters),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": RATE, "channels": 1},
        }  # fmt: skip
        await self._tell("connected", protocol="Call", version="1.0.0")
        await self._tell("start", start=start)

    async def _tell(self, event: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"event": event, "streamSid": _STREAM, **fields}))


@asynccontextmanager
async def twilio_line(address: str) -> AsyncIterator[TwilioLine]:
    """address: of the server, http://… Its TWILIO_AUTH_TOKEN is TOKEN."""
    stream = await asyncio.to_thread(_ring, f"{address}/twilio/voice")
    async with connect(stream.get("url", ""), max_size=None) as socket:
        line = TwilioLine(socket)
        named = stream.iterfind("Parameter")
        await line.begin({p.get("name", ""): p.get("value", "") for p in named})
        yield line


def _ring(url: str) -> ElementTree.Element:
    """The <Stream> that the call is connected with."""
    signature = RequestValidator(TOKEN).compute_signature(url, _CALLER)
    answer = httpx.post(url, data=_CALLER, headers={"X-Twilio-Signature": signature}, timeout=30)
    answer.raise_for_status()
    stream = ElementTree.fromstring(answer.text).find("Connect/Stream")
    assert stream is not None, answer.text
    return stream
