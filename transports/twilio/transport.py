"""Pipecat's WebSocket transport around a telephone line, and its serializer with marks."""

import json
from functools import partial

from pipecat.audio.utils import ulaw_to_pcm
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
)
from pipecat.frames.frames import OutputAudioRawFrame as AudioOut
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketClient,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from transports.audio import HEARS_AT, both_ways
from transports.prompt import PromptOutput, PromptTransport
from transports.resampling import PromptResampler
from transports.twilio.line import PhoneLine, Start
from transports.twilio.marks import Marks

SPEAKS_AT = 8000


class PhoneSerializer(TwilioFrameSerializer):
    """Twilio's messages <-> frames; a mark that comes back is `playback`, with what is unheard."""

    def __init__(self, stream: str, marks: Marks) -> None:
        super().__init__(stream, params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
        self._marks = marks
        self._input_resampler = PromptResampler()

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Messages for clients of other doors mean nothing to Twilio."""
        if not isinstance(frame, InterruptionFrame | AudioOut):
            return None
        if isinstance(frame, InterruptionFrame):
            self._marks.cleared()
        return await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """data: mu-law, or a message, as `PhoneLine.receive` gives them."""
        if isinstance(data, bytes):
            audio = await ulaw_to_pcm(data, SPEAKS_AT, HEARS_AT, self._input_resampler)
            return InputAudioRawFrame(audio, HEARS_AT, 1) if audio else None
        message = json.loads(data)
        if message["event"] != "mark":
            return await super().deserialize(data)
        unheard = self._marks.back(message["mark"]["name"])
        if unheard is None:
            return None
        return InputTransportMessageFrame(
            message={"type": "playback", "unheard_ms": unheard * 1000}
        )


class PhoneOutput(PromptOutput):
    """Sends the marks between the audio."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: FastAPIWebsocketClient,
        params: FastAPIWebsocketParams,
        *,
        line: PhoneLine,
    ) -> None:
        super().__init__(transport, client, params)
        self._line = line

    async def write_audio_frame(self, frame: AudioOut) -> bool:
        written = await super().write_audio_frame(frame)
        if written:
            await self._line.sent(len(frame.audio) / (2 * frame.sample_rate))
        return written


class PhoneTransport(PromptTransport):
    """Pipecat's, with marks."""

    def __init__(self, line: PhoneLine, start: Start) -> None:
        params = FastAPIWebsocketParams(
            **both_ways(SPEAKS_AT),
            serializer=PhoneSerializer(start.stream, line.marks),
            allowed_origins=[],  # telephones have none
        )
        super().__init__(line, params, partial(PhoneOutput, line=line))
