"""Pipecat's WebSocket transport around a telephone line, and its serializer with marks."""

import json
from typing import Any, cast

from pipecat.frames.frames import Frame, InputTransportMessageFrame, InterruptionFrame
from pipecat.frames.frames import OutputAudioRawFrame as AudioOut
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketClient,
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from transports.audio import both_ways
from transports.twilio.line import PhoneLine, Start
from transports.twilio.marks import Marks

SPEAKS_AT = 8000


class PhoneSerializer(TwilioFrameSerializer):
    """Twilio's messages <-> frames; a mark that comes back is `playback`, with what is unheard."""

    def __init__(self, stream: str, marks: Marks) -> None:
        super().__init__(stream, params=TwilioFrameSerializer.InputParams(auto_hang_up=False))
        self._marks = marks

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """Messages for clients of other doors mean nothing to Twilio."""
        if not isinstance(frame, InterruptionFrame | AudioOut):
            return None
        if isinstance(frame, InterruptionFrame):
            self._marks.cleared()
        return await super().serialize(frame)

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """data: a message as `PhoneLine.receive` gives it."""
        message = json.loads(data)
        if message["event"] != "mark":
            return await super().deserialize(data)
        unheard = self._marks.back(message["mark"]["name"])
        if unheard is None:
            return None
        return InputTransportMessageFrame(
            message={"type": "playback", "unheard_ms": unheard * 1000}
        )


class PhoneOutput(FastAPIWebsocketOutputTransport):
    """Sends the marks between the audio."""

    def __init__(
        self,
        transport: FastAPIWebsocketTransport,
        client: FastAPIWebsocketClient,
        params: FastAPIWebsocketParams,
        line: PhoneLine,
    ) -> None:
        super().__init__(transport, client, params)
        self._line = line

    async def write_audio_frame(self, frame: AudioOut) -> bool:
        written = await super().write_audio_frame(frame)
        if written:
            await self._line.sent(len(frame.audio) / (2 * frame.sample_rate))
        return written


class PhoneTransport(FastAPIWebsocketTransport):
    """Pipecat's, with our output."""

    def __init__(self, line: PhoneLine, start: Start) -> None:
        params = FastAPIWebsocketParams(
            **both_ways(SPEAKS_AT),
            serializer=PhoneSerializer(start.stream, line.marks),
            allowed_origins=[],  # telephones have none
        )
        super().__init__(cast(Any, line), params)
        self._output = PhoneOutput(self, self._client, params, line)
