"""Between the protocol's messages and Pipecat's frames."""

import json

from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.serializers.base_serializer import FrameSerializer

from transports.audio import HEARS_AT
from transports.resampling import PromptResampler


class OrchestrateSerializer(FrameSerializer):
    """Text <-> transport messages; audio <-> 16-bit mono.

    rate: of the client's audio, in Hz; it is taken to HEARS_AT here, once.
    """

    def __init__(self, rate: int) -> None:
        super().__init__()
        self._rate = rate
        self._resampler = PromptResampler()

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """What the client is sent for the frame; None: nothing."""
        match frame:
            case OutputAudioRawFrame():
                return bytes(frame.audio)
            case OutputTransportMessageFrame() | OutputTransportMessageUrgentFrame():
                return None if self.should_ignore_frame(frame) else json.dumps(frame.message)
            case _:
                return None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """data: a valid message or whole samples, as `Line.receive` gives them."""
        if isinstance(data, str):
            return InputTransportMessageFrame(message=json.loads(data))
        audio = data
        if self._rate != HEARS_AT:
            audio = await self._resampler.resample(data, self._rate, HEARS_AT)
        return InputAudioRawFrame(audio, HEARS_AT, 1) if audio else None
