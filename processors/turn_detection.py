"""When the caller's turn is over: Smart Turn judges each pause, and says how long to wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

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

from conversation.endpointing import (
    JUDGED_AFTER,
    PAUSE_UNSURE,
    SILENCE_HEARD,
    silence_that_ends,
)

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

    def audio(self, *, more: float = 0.0) -> np.ndarray:
        """float32, -1 to 1; `more`: seconds of silence at its end."""
        silence = np.zeros(int(more * self.rate), dtype=np.int16)
        return np.concatenate([*self.chunks, silence]).astype(np.float32) / 32768.0


class Silence(Protocol):
    """How long the caller has been silent up to now; another silence has another number."""

    @property
    def number(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class Endpointing(BaseUserTurnStopStrategy):
    """A pause ends the turn at once, after a while, or after a long while (`turn_taking`).

    JUDGED_AFTER seconds of silence -> the model judges, before the VAD is sure of the silence
    VADUserStoppedSpeakingFrame     -> the turn stops after as much silence as was judged
    VADUserStartedSpeakingFrame     -> the caller goes on: nothing stops

    silence: up to now; without it, the model judges once the VAD is sure.
    """

    def __init__(
        self, finished: ModelOfTurns, silence: Callable[[], Silence] | None = None
    ) -> None:
        super().__init__()
        self._finished, self._silence = finished, silence
        self._window = Window()
        self._open = False
        self._judged: int | None = None  # number of the silence that was judged last
        self._judging: asyncio.Task[float] | None = None
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame) -> ProcessFrameResult:
        match frame:
            case InputAudioRawFrame():
                self._window.add(frame.audio, frame.sample_rate)
                if self._open and self._silence and self._silence().seconds >= JUDGED_AFTER:
                    self._judge(self._silence().number)
            case VADUserStartedSpeakingFrame():
                await self._go_on()
            case VADUserStoppedSpeakingFrame():
                await self._go_on()
                self._judge(self._silence().number if self._silence else None)
                stop = self._stop_after(frame.stop_secs)
                self._task = self.task_manager.create_task(stop, f"{self}::stop")
            case _:
                pass
        return ProcessFrameResult.CONTINUE

    async def handle_user_turn_started(self) -> None:
        self._open = True
        await self._go_on()

    async def handle_user_turn_stopped(self) -> None:
        self._open = False

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._go_on()
        if self._judging:
            self._judging.cancel()

    async def _go_on(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.task_manager.cancel_task(task)

    def _judge(self, silence: int | None) -> None:
        """Has this silence judged, unless it was."""
        if self._judging and silence is not None and silence == self._judged:
            return
        if self._judging:
            self._judging.cancel()
        heard = self._silence().seconds if self._silence else SILENCE_HEARD
        audio = self._window.audio(more=max(0.0, SILENCE_HEARD - heard))
        self._judged, self._judging = silence, asyncio.create_task(self._wait_after(audio))

    async def _wait_after(self, audio: np.ndarray) -> float:
        """Seconds of silence that end the turn."""
        try:
            return silence_that_ends(await self._finished(audio, self._window.rate))
        except Exception:  # onnxruntime's own errors are plain exceptions
            return PAUSE_UNSURE  # without a judgement, silence decides

    async def _stop_after(self, silence: float) -> None:
        loop = asyncio.get_running_loop()
        silent_since = loop.time() - silence
        wait = await asyncio.shield(self._judging) if self._judging else PAUSE_UNSURE
        await asyncio.sleep(max(0.0, silent_since + wait - loop.time()))
        self._task = None
        await self.trigger_user_turn_stopped()


def turn_strategies(
    finished: ModelOfTurns, silence: Callable[[], Silence] | None = None
) -> UserTurnStrategies:
    """For Pipecat's UserTurnProcessor. Nothing here interrupts: the StateManager does."""
    return UserTurnStrategies(
        start=[VADUserTurnStartStrategy(enable_interruptions=False)],
        stop=[Endpointing(finished, silence)],
    )
