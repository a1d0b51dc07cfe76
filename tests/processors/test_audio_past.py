"""Audio waits in no processor's queue."""

import asyncio

from pipecat.frames.frames import Frame, InputAudioRawFrame, TextFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_past import AudioPast
from tests.processors.harness import Bench, on_jumping_clock


def audio(number: int) -> InputAudioRawFrame:
    return InputAudioRawFrame(bytes([number, 0]), 16000, 1)


class Slow(AudioPast):
    """Takes a second for anything but audio."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[int] = []

    async def hears(self, frame: InputAudioRawFrame) -> None:
        self.heard.append(frame.audio[0])

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        assert not isinstance(frame, InputAudioRawFrame)
        if isinstance(frame, TextFrame):
            await asyncio.sleep(1)
        await self.push_frame(frame, direction)


@on_jumping_clock
async def test_audio_is_heard_and_passes_what_waits():
    """In its own order, by all that stand in its way, once each."""
    slow = Slow(), Slow()
    async with Bench(*slow) as bench:
        await bench.send(TextFrame("words"), audio(1), audio(2), audio(3))
        await bench.after.until(TextFrame)
        passed = [f for f in bench.after.frames if isinstance(f, InputAudioRawFrame | TextFrame)]
        assert [f.audio[0] for f in passed[:3] if isinstance(f, InputAudioRawFrame)] == [1, 2, 3]
        assert isinstance(passed[3], TextFrame)
        assert [s.heard for s in slow] == [[1, 2, 3], [1, 2, 3]]


@on_jumping_clock
async def test_audio_that_comes_before_the_start_is_heard_after_it():
    """A caller may speak before their call has come about."""
    slow = Slow()
    bench = Bench(slow)
    for number in (1, 2):
        await slow.queue_frame(audio(number))
    async with bench:
        assert slow.heard == []
        await bench.send(audio(3))
        await bench.settle()
        assert slow.heard == [1, 2, 3]
        assert [f.audio[0] for f in bench.after.of(InputAudioRawFrame)] == [1, 2, 3]
