"""A caller made of recordings: plays them in real time and keeps what it hears."""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    InputAudioRawFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
)
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from transports.audio import both_ways
from transports.recordings import RATE
from transports.text import OnMessage

CHUNK = RATE // 50  # 20 ms
OUT_RATE = 24000
_BACKGROUND = 3  # of 32767: the noise of a quiet line; no real line is digitally silent


def wav_params() -> TransportParams:
    """Audio both ways, in 20 ms."""
    return TransportParams(
        **both_ways(OUT_RATE, out_ms=20),
    )


class CallerMouth(BaseInputTransport):
    """Sends 20 ms every 20 ms: the recording that is being played, or a quiet line."""

    def __init__(self, params: TransportParams) -> None:
        super().__init__(params)
        self._playing = np.zeros(0, dtype=np.int16)
        self._done = asyncio.Event()
        self._done.set()
        self._task: asyncio.Task[None] | None = None

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)
        self._task = self.create_task(self._speak(), "mouth")
        await self.push_frame(ClientConnectedFrame())

    async def stop(self, frame: EndFrame) -> None:
        await self._quiet()
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        await self._quiet()
        await super().cancel(frame)

    async def play(self, samples: np.ndarray) -> None:
        """Plays a recording (int16, 16 kHz) and returns after its last sample."""
        self._playing = samples
        self._done.clear()
        await self._done.wait()

    async def _quiet(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _speak(self) -> None:
        noise = np.random.default_rng(0)
        next_at = time.monotonic()
        while True:
            chunk, self._playing = self._playing[:CHUNK], self._playing[CHUNK:]
            line = noise.integers(-_BACKGROUND, _BACKGROUND + 1, CHUNK, dtype=np.int16)
            line[: len(chunk)] = np.clip(line[: len(chunk)].astype(np.int32) + chunk, -32768, 32767)
            await self.push_audio_frame(InputAudioRawFrame(line.tobytes(), RATE, 1))
            if not len(self._playing) and not self._done.is_set():
                self._done.set()
            next_at += CHUNK / RATE
            await asyncio.sleep(max(0.0, next_at - time.monotonic()))


class CallerEar(BaseOutputTransport):
    """Takes 20 ms every 20 ms, and keeps it."""

    def __init__(
        self,
        params: TransportParams,
        on_message: OnMessage,
        on_audio: Callable[[bytes], None] | None = None,
        *,
        keep: bool,
    ) -> None:
        super().__init__(params)
        self._on_message, self._on_audio, self._keep = on_message, on_audio, keep
        self._next_at = 0.0
        self.heard = bytearray()  # 16-bit mono at OUT_RATE, without the gaps

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        now = time.monotonic()
        if self._on_audio:
            self._on_audio(frame.audio)
        if self._keep:
            self.heard += frame.audio
        self._next_at = max(self._next_at, now) + len(frame.audio) / (2 * frame.sample_rate)
        await asyncio.sleep(max(0.0, self._next_at - now - 0.02))
        return True

    async def send_message(
        self, frame: OutputTransportMessageFrame | OutputTransportMessageUrgentFrame
    ) -> None:
        self._on_message(frame.message)
