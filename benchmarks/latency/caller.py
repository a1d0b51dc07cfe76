"""A caller in real time: speaks, listens, waits, breaks in."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import soxr

from benchmarks.latency.clips import Clip
from benchmarks.latency.recording import Channel, Ear
from benchmarks.latency.turns import ANSWER_SECONDS, Spoken, Turn, heard

CHUNK_SECONDS = 0.02
QUIET_SECONDS = 1.0  # after which the bot has finished
LONGEST_ANSWER = 40.0
INTO_ANSWER = 1.2  # seconds, when the caller breaks in
_BACKGROUND = 8  # a line is never quite silent


class Line(Protocol):
    """A way to the bot. rate: of what is sent, in Hz."""

    rate: int
    ear: Ear

    async def send(self, samples: np.ndarray) -> None:
        """The next CHUNK_SECONDS of the caller's audio (int16)."""
        ...

    async def listen(self) -> None:
        """Hears what comes, until the line ends."""
        ...


@dataclass
class Step:
    """Something to be said, once the bot has finished; or while it speaks."""

    clip: Clip
    breaks_in: bool = False


@dataclass
class Caller:
    """Sends all the time, silence too; a chunk leaves when its last sample was spoken."""

    line: Line
    began: Callable[[Clip], None] = lambda _: None
    said: Channel = field(init=False)
    _mouth: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=np.int16))

    def __post_init__(self) -> None:
        self.said = Channel(self.line.rate)

    async def speak(self) -> None:
        """Until cancelled."""
        noise, size = np.random.default_rng(0), round(self.line.rate * CHUNK_SECONDS)
        due = time.monotonic()
        while True:
            due += CHUNK_SECONDS
            await asyncio.sleep(due - time.monotonic())
            chunk = noise.integers(-_BACKGROUND, _BACKGROUND + 1, size, dtype=np.int16)
            spoken, self._mouth = self._mouth[:size], self._mouth[size:]
            chunk[: len(spoken)] = spoken
            await self.line.send(chunk)
            self.said.place(chunk, due - CHUNK_SECONDS)

    async def say(self, clip: Clip) -> Spoken:
        """Returns once all of it was sent."""
        begins = self.said.ends
        self.began(clip)
        self._mouth = at_rate(clip.samples, self.line.rate)
        await self._until(lambda: not len(self._mouth), LONGEST_ANSWER)
        await asyncio.sleep(CHUNK_SECONDS)
        return Spoken(clip.voice, clip.text, begins, self.said.ends)

    async def converse(self, steps: Sequence[Step]) -> list[Turn]:
        """Holds the whole conversation, then looks at what was recorded."""
        spoken: list[Spoken] = []
        await self._until(lambda: self.line.ear.last_sound > 0, 2.0)  # a greeting
        for step in steps:
            await (self._into_answer() if step.breaks_in else self._finished())
            spoken.append(await self.say(step.clip))
            ends = spoken[-1].ends
            await self._until(lambda: self.line.ear.last_sound > ends, ANSWER_SECONDS)  # noqa: B023
        await self._finished()
        nexts = [*(s.begins for s in spoken[1:]), time.monotonic()]
        return [
            heard(one, self.said, self.line.ear.channel, until)
            for one, until in zip(spoken, nexts, strict=True)
        ]

    async def _finished(self) -> None:
        ear = self.line.ear
        await self._until(lambda: time.monotonic() > ear.last_sound + QUIET_SECONDS, LONGEST_ANSWER)

    async def _into_answer(self) -> None:
        await asyncio.sleep(INTO_ANSWER)

    async def _until(self, holds: Callable[[], bool], seconds: float) -> None:
        ends = time.monotonic() + seconds
        while not holds() and time.monotonic() < ends:  # noqa: ASYNC110 - a clock, too
            await asyncio.sleep(CHUNK_SECONDS / 2)


def at_rate(samples: np.ndarray, rate: int) -> np.ndarray:
    """int16 at 16 kHz -> int16 at `rate`."""
    if rate == 16000:
        return samples
    return soxr.resample(samples.astype(np.float32), 16000, rate).round().astype(np.int16)


async def hold(line: Line, steps: Sequence[Step], began: Callable[[Clip], None]) -> list[Turn]:
    """A whole call. began: is told of each clip. Raises ConnectionError if it ends too soon."""
    caller = Caller(line, began)
    talking = asyncio.create_task(caller.converse(steps))
    line_up = [asyncio.create_task(caller.speak()), asyncio.create_task(line.listen())]
    try:
        await asyncio.wait([talking, *line_up], return_when=asyncio.FIRST_COMPLETED)
        if not talking.done():
            raise ConnectionError("The line has ended in the middle of the call.")
        return await talking
    finally:
        for task in [talking, *line_up]:
            task.cancel()
        await asyncio.gather(talking, *line_up, return_exceptions=True)
