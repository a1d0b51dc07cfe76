"""The browser's door as a caller of the load test uses it: SmallWebRTC, with aiortc as the browser.

A caller costs about as much as serving it: Opus, SRTP and DTLS are at both ends.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import numpy as np
import soxr
from aiortc.mediastreams import MediaStreamError

from benchmarks.capacity.doors import GREETING_SECONDS, Line
from benchmarks.capacity.script import RATE, Said, framed
from benchmarks.capacity.wire import BINARY, CLOSED, TEXT
from benchmarks.latency.lines.webrtc import RATE as PEER_RATE
from benchmarks.latency.lines.webrtc import WebRTCLine, webrtc_line

_SOUND = 300  # of 32767; what Opus makes of silence is less


class Peer:
    """A peer connection, used as `Wire` is: frames are 20 ms of int16 at PEER_RATE."""

    def __init__(
        self, line: WebRTCLine, stack: AsyncExitStack, came: Callable[[int, bytes], None]
    ) -> None:
        """stack: closes the line. For use in a running loop."""
        self._line, self._stack, self._came = line, stack, came
        line.channel.on("message", lambda text: came(TEXT, text.encode()))
        self._hearing = asyncio.create_task(self._hear())
        self.open = True

    @classmethod
    async def connect(cls, url: str, came: Callable[[int, bytes], None]) -> "Peer":
        """Raises OSError."""
        stack = AsyncExitStack()
        try:
            line = await stack.enter_async_context(webrtc_line(url))
        except KeyError as error:  # an answer that is none
            raise ConnectionError("refused") from error
        return cls(line, stack, came)

    def send(self, frame: bytes) -> None:
        """20 ms of the microphone."""
        self._line.microphone.chunks.put_nowait(np.frombuffer(frame, dtype=np.int16))

    def close(self) -> None:
        """Hangs up."""
        self.open = False
        self._hearing.cancel()

    async def _hear(self) -> None:
        try:
            track = await self._line.tracks.get()
            while True:
                frame: Any = await track.recv()
                samples = frame.to_ndarray().reshape(-1, len(frame.layout.channels))
                self._came(BINARY, samples[:, 0].tobytes())
        except MediaStreamError:  # the other end is gone
            if self.open:
                self._came(CLOSED, b"")
        finally:
            self.open = False
            await self._stack.aclose()


def _said(samples: np.ndarray) -> Said:
    wide = soxr.resample(samples.astype(np.float32), RATE, PEER_RATE)
    return framed(np.clip(wide, -32768, 32767).astype(np.int16), PEER_RATE, bytes)


class Browser(Line):
    """A page that is greeted; its track goes on while nothing is said."""

    checks_words = False
    greeted = GREETING_SECONDS
    said = staticmethod(_said)

    def opened(self, now: float) -> None:
        self.started(now)

    def came(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == BINARY:
            samples = np.frombuffer(payload, dtype=np.int16)
            if int(np.abs(samples).max(initial=0)) >= _SOUND:
                self.caller.sound(len(samples) / PEER_RATE, now=now)
        elif opcode == TEXT:
            self._told(payload, now)
        else:
            super().came(opcode, payload, now)

    def _told(self, payload: bytes, now: float) -> None:
        message = json.loads(payload) if payload.startswith(b"{") else {}
        if message.get("type") == "server-message":
            data = message["data"]
            if data["type"] in ("clear", "error"):
                self.told(data, now)
