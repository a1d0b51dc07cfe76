"""A line that stops in the middle of the caller's words is a caller who has stopped."""

import asyncio

from pipecat.frames.frames import CancelFrame, EndFrame, Frame, InputAudioRawFrame, StartFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_past import AudioPast
from processors.ports import Clock

LOOKS_EVERY = 0.1  # seconds
EMPTY_LOOKS = 5  # in a row: longer than the jitter of a line that works
SILENCE_SECONDS = 0.6  # enough for the VAD to notice
_FRAME_SECONDS = 0.02


class LineGaps(AudioPast):
    """InputAudioRawFrame -> the same; and some silence, once, when no more of it comes.

    Looks are counted, not seconds: an event loop that stood still finds what came meanwhile only
    after its timers, and one look is all that it has missed.
    """

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(enable_direct_mode=True)  # messages wait in no queue either
        self._now = clock
        self._until: float | None = None  # audio that has come lasts until then
        self._rate = 16000
        self._empty = 0  # looks since then
        self._in_order = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._task = self.create_task(self._watch(), "gaps")
            case EndFrame() | CancelFrame():
                await self._stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def hears(self, frame: InputAudioRawFrame) -> None:
        seconds = len(frame.audio) / (2 * frame.num_channels * frame.sample_rate)
        self._until = max(self._until or 0.0, self._now()) + seconds
        self._rate, self._empty = frame.sample_rate, 0

    async def passes(self, frame: InputAudioRawFrame) -> None:
        async with self._in_order:
            await super().passes(frame)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOKS_EVERY)
            if self._until is None or self._now() <= self._until:
                continue
            self._empty += 1
            if self._empty == EMPTY_LOOKS:
                self._until = None
                await self._fall_silent()

    async def _fall_silent(self) -> None:
        silence = bytes(2 * int(self._rate * _FRAME_SECONDS))
        for _ in range(round(SILENCE_SECONDS / _FRAME_SECONDS)):
            await self.passes(InputAudioRawFrame(silence, self._rate, 1))
