"""A line that stops in the middle of the caller's words."""

import asyncio

from pipecat.frames.frames import InputAudioRawFrame

from processors.line_gaps import EMPTY_LOOKS, LOOKS_EVERY, SILENCE_SECONDS, LineGaps
from tests.processors.harness import Bench, clock, on_jumping_clock

RATE, FRAME = 16000, 0.02
HEARD = InputAudioRawFrame(b"\1\0" * int(RATE * FRAME), RATE, 1).audio
LONG = 2 * EMPTY_LOOKS * LOOKS_EVERY


class Line:
    """Audio, and an event loop that may have stood still."""

    def __init__(self) -> None:
        self.stood_still = 0.0
        self.bench = Bench(LineGaps(clock=lambda: clock() + self.stood_still))

    async def hears(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME)):
            await self.bench.send(InputAudioRawFrame(HEARD, RATE, 1))
            await asyncio.sleep(FRAME)

    @property
    def audio(self) -> list[bool]:
        """Of each frame that came through, whether it is the caller's."""
        return [any(f.audio) for f in self.bench.after.of(InputAudioRawFrame)]


@on_jumping_clock
async def test_a_line_that_stops_falls_silent_once():
    """As long as the VAD needs; what comes after it is heard."""
    line = Line()
    async with line.bench:
        await line.hears(1.0)
        await asyncio.sleep(5 * LONG)
        await line.hears(0.2)
        silence = [False] * round(SILENCE_SECONDS / FRAME)
        assert line.audio == [True] * 50 + silence + [True] * 10


@on_jumping_clock
async def test_jitter_is_no_silence():
    """Audio that comes in bursts has gaps that are shorter than a pause."""
    line = Line()
    async with line.bench:
        for _ in range(10):
            await line.hears(0.1)
            await asyncio.sleep((EMPTY_LOOKS - 1) * LOOKS_EVERY)
        assert all(line.audio)


@on_jumping_clock
async def test_an_event_loop_that_stood_still_is_no_silence():
    """Its timers are due before what came meanwhile is read: the line is not to blame."""
    line = Line()
    async with line.bench:
        for _ in range(10):
            await line.hears(0.3)
            line.stood_still += LONG
            await asyncio.sleep(LOOKS_EVERY)
        assert all(line.audio)


@on_jumping_clock
async def test_a_line_that_never_began_stays_as_it_is():
    """There is nothing to go on from."""
    line = Line()
    async with line.bench:
        await asyncio.sleep(LONG)
        assert line.audio == []
