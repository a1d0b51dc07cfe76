"""When the caller's turn is over: Smart Turn judges each pause, and says how long to wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import numpy as np
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.types import ProcessFrameResult
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import BaseUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies

from conversation.turn_taking import PAUSE_UNSURE, silence_that_ends

WINDOW_SECONDS = 8.0  # what Smart Turn looks at
ModelOfTurns = Callable[[np.ndarray, int], Awaitable[float]]
"""(samples, float32 -1 to 1; sample rate) -> probability that the speaker has finished."""


@dataclass
class Window:
    """The last seconds of the caller's audio."""

    chunks: deque[np.ndarray] = field(default_factory=deque[np.ndarray])
    rate: int = 16000
    samples: int = 0

    def add(self, pcm: bytes, rate: int) -> None:
        """pcm: 16-bit mono."""
        chunk = np.frombuffer(pcm, dtype=np.int16)
        self.rate = rate
        self.chunks.append(chunk)
        self.samples += len(chunk)
        while self.samples - len(self.chunks[0]) > WINDOW_SECONDS * rate:
            self.samples -= len(self.chunks.popleft())

    def audio(self) -> np.ndarray:
        """float32, -1 to 1."""
        return np.concatenate(self.chunks).astype(np.float32) / 32768.0


class Endpointing(BaseUserTurnStopStrategy):
    """A pause ends the turn at once, after a while, or after a long while (`turn_taking`).

    VADUserStoppedSpeakingFrame  -> the model judges -> the turn stops after that much silence
    VADUserStartedSpeakingFrame  -> the caller goes on: nothing stops
    """

    def __init__(self, finished: ModelOfTurns) -> None:
        super().__init__()
        self._finished = finished
        self._window = Window()
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case InputAudioRawFrame():
                self._window.add(frame.audio, frame.sample_rate)
            case VADUserStartedSpeakingFrame():
                await self._go_on()
            case VADUserStoppedSpeakingFrame():
                await self._go_on()
                stop = self._stop_after(frame.stop_secs)
                self._task = self.task_manager.create_task(stop, f"{self}::stop")
            case _:
                pass
        return ProcessFrameResult.CONTINUE

    async def handle_user_turn_started(self) -> None:
        await self._go_on()

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._go_on()

    async def _go_on(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.task_manager.cancel_task(task)

    async def _stop_after(self, silence: float) -> None:
        loop = asyncio.get_running_loop()
        silent_since = loop.time() - silence
        try:
            probability = await self._finished(self._window.audio(), self._window.rate)
            wait = silence_that_ends(probability)
        except Exception:  # onnxruntime's own errors are plain exceptions
            wait = PAUSE_UNSURE  # without a judgement, silence decides
        await asyncio.sleep(max(0.0, silent_since + wait - loop.time()))
        self._task = None
        await self.trigger_user_turn_stopped()


def turn_strategies(finished: ModelOfTurns) -> UserTurnStrategies:
    """For Pipecat's UserTurnProcessor. Nothing here interrupts: the StateManager does."""
    return UserTurnStrategies(
        start=[VADUserTurnStartStrategy(enable_interruptions=False)],
        stop=[Endpointing(finished)],
    )
