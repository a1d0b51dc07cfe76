"""A call over a WebSocket that carries 16-bit PCM both ways."""

import time
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from websockets.asyncio.client import ClientConnection

from benchmarks.latency.recording import Ear

RATE = 16000


@dataclass
class PcmLine(ABC):
    """A session; `messages` are what the server told."""

    socket: ClientConnection
    session_id: str = ""
    rate: int = RATE
    ear: Ear = field(default_factory=lambda: Ear(RATE))
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def send(self, samples: np.ndarray) -> None:
        await self.socket.send(samples.tobytes())

    async def listen(self) -> None:
        async for frame in self.socket:
            now = time.monotonic()
            if isinstance(frame, bytes):
                self.ear.hears(np.frombuffer(frame, dtype=np.int16), now)
            else:
                self.told(frame, now)

    @abstractmethod
    def told(self, frame: str, now: float) -> None:
        """What comes that is no audio."""
