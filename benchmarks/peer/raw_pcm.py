"""The plainest WebSocket for a voice: binary frames of PCM both ways, and "clear"."""

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
)
from pipecat.serializers.base_serializer import FrameSerializer

RATE = 16000
CLEAR = "clear"
"""A text frame: drop what was not played yet."""


class RawPcm(FrameSerializer):
    """16-bit mono at RATE <-> audio frames; InterruptionFrame -> CLEAR."""

    async def serialize(self, frame: Frame) -> str | bytes | None:
        if isinstance(frame, InterruptionFrame):
            return CLEAR
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        return InputAudioRawFrame(data, RATE, 1) if isinstance(data, bytes) else None
