"""The last transcript is begun as the caller falls silent, and says so."""

import asyncio

from pipecat.frames.frames import (
    InputAudioRawFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from bot.services.local.lulls import Lull
from bot.services.local.moonshine import RATE, MoonshineSTT
from processors.ahead_frames import UtteranceOverFrame
from processors.frames import FinalSegmentFrame, PartialSegmentFrame
from tests.processors.harness import Bench, on_jumping_clock

AUDIO = InputAudioRawFrame(bytes(RATE // 25 * 2), RATE, 1)


class Recognizer:
    """Hears the same all the time."""

    def __init__(self) -> None:
        self.patience: list[float] = []
        self.lengths: list[int] = []

    def transcribe(self, pcm: bytes, patience: float = 0.0) -> asyncio.Future[str]:
        self.patience.append(patience)
        self.lengths.append(len(pcm))
        text: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        text.set_result("how much is it")
        return text


class Ears:
    def __init__(self) -> None:
        self.lull, self.recognizer = Lull(), Recognizer()
        self.stt = MoonshineSTT(self.recognizer, lambda: self.lull)  # type: ignore[arg-type]
        self.bench = Bench(self.stt)

    async def hears(self, lull: Lull) -> None:
        self.lull = lull
        await self.bench.send(InputAudioRawFrame(AUDIO.audio, RATE, 1))
        await self.bench.settle()

    @property
    def partials(self) -> list[tuple[str, bool]]:
        return [(f.text, f.lull) for f in self.bench.after.of(PartialSegmentFrame)]


@on_jumping_clock
async def test_the_words_are_told_again_when_nothing_more_is_said():
    """The same words, and that they may be all; asked for with more urgency than partial ones."""
    ears = Ears()
    async with ears.bench as bench:
        await bench.send(VADUserStartedSpeakingFrame())
        await ears.hears(Lull(0, 0.0))
        await bench.after.until(PartialSegmentFrame)
        await ears.hears(Lull(0, 0.1))
        await bench.after.until(PartialSegmentFrame, 2)
        assert ears.partials == [("how much is it", False), ("how much is it", True)]
        assert ears.recognizer.patience[0] > ears.recognizer.patience[1] == 0.0


@on_jumping_clock
async def test_a_voice_that_comes_back_while_it_is_transcribed_is_noticed():
    """What was heard is not all that was said."""
    ears = Ears()
    slow: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    ears.recognizer.transcribe = lambda pcm, patience=0.0: slow  # type: ignore[method-assign]
    async with ears.bench as bench:
        await bench.send(VADUserStartedSpeakingFrame())
        await ears.hears(Lull(0, 0.1))
        await ears.hears(Lull(1, 0.0))
        slow.set_result("how much")
        partial = await bench.after.until(PartialSegmentFrame)
        assert (partial.text, partial.lull) == ("how much", False)


def listening() -> list[str]:
    """Tasks that wait for words of a call."""
    return [name for task in asyncio.all_tasks() if "listening" in (name := task.get_name())]


@on_jumping_clock
async def test_a_voice_that_starts_twice_is_listened_to_once():
    """Nor is anybody listened to when the call is over, though it has had no end."""
    ears = Ears()
    async with ears.bench as bench:
        for _ in range(2):
            await bench.send(VADUserStartedSpeakingFrame())
            await bench.settle()
        assert len(listening()) == 1
        await ears.stt.cleanup()
        assert listening() == []


@on_jumping_clock
async def test_a_pause_that_ended_no_turn_is_heard_with_what_follows():
    """One segment, and its audio once; after the turn another one, without what was heard."""
    ears = Ears()
    async with ears.bench as bench:
        for number in range(1, 4):
            await bench.send(VADUserStartedSpeakingFrame())
            await ears.hears(Lull(number, 0.0))
            await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2), UserStoppedSpeakingFrame())
            await bench.after.until(FinalSegmentFrame, number)
            if number == 2:
                await bench.send_up(UtteranceOverFrame())
        assert [f.segment for f in bench.after.of(FinalSegmentFrame)] == [1, 1, 2]
        heard = len(AUDIO.audio)
        assert [ears.recognizer.lengths[at] for at in (0, -1)] == [heard, heard]
        assert 2 * heard in ears.recognizer.lengths
