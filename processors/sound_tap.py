"""Lets somebody listen to one side of a call."""

from collections.abc import Callable

from pipecat.frames.frames import Frame, InputAudioRawFrame, OutputAudioRawFrame
from pipecat.processors.frame_processor import FrameDirection

from processors.audio_past import AudioPast

Sound = type[InputAudioRawFrame] | type[OutputAudioRawFrame]
Listen = Callable[[bytes, int], None]
"""16-bit mono, its rate. Returns at once, never raises."""


class SoundTap(AudioPast):
    """Frames of `sound` are listened to; all pass.

    Behind the transport's input: what the caller says. Behind its output: what was sent to them,
    when it was played; what an interruption dropped never comes that far.
    """

    def __init__(self, sound: Sound, listen: Listen) -> None:
        super().__init__()
        self._sound, self._listen = sound, listen

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, self._sound):
            self._listen(frame.audio, frame.sample_rate)
        await self.push_frame(frame, direction)

    async def hears(self, frame: InputAudioRawFrame) -> None:
        if isinstance(frame, self._sound):
            self._listen(frame.audio, frame.sample_rate)
