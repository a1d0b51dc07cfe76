"""The door of Pipecat's client SDKs: audio and RTVI messages as protobuf over a WebSocket."""

import json
from collections.abc import Callable
from typing import Any, cast

import pipecat.frames.protobufs.frames_pb2 as protobuf
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.processors.frameworks.rtvi.models import ServerMessage
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from starlette.websockets import WebSocket

from conversation.ending import SERVER_STOPS
from transports.audio import HEARS_AT, both_ways
from transports.line import BAD_IN_A_ROW, GONE, LARGEST_TEXT, Limits, SocketLine
from transports.prompt import PromptTransport
from transports.resampling import PromptResampler

SPEAKS_AT = 24000  # what the SDKs' player takes, whatever the frame says
RATES = range(8000, 48001)
_ProtoFrame = cast(Any, protobuf).Frame
_SENT = (
    OutputAudioRawFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    InterruptionFrame,
)


def read_frame(data: bytes) -> InputAudioRawFrame | InputTransportMessageFrame | None:
    """A client's audio (mono, 16-bit, a rate of RATES) or message (a JSON object); None: neither.

    Transcripts, texts and interruptions as frames are none: what a caller does is for us to tell.
    """
    try:
        frame = _ProtoFrame.FromString(data)
    except Exception:  # protobuf's own errors have no parent but this
        return None
    match frame.WhichOneof("frame"):
        case "audio":
            return _audio(frame.audio)
        case "message":
            return _message(frame.message.data)
        case _:
            return None


class ClientLine(SocketLine):
    """The WebSocket of a client: only frames that can be read come out of it."""

    def __init__(
        self, socket: WebSocket, session_id: str, limits: Limits, *, clock: Callable[[], float]
    ) -> None:
        super().__init__(socket, limits, clock=clock)
        self._session_id = session_id
        self._bad = 0

    async def receive(self) -> dict[str, Any]:
        """The next audio or message, as ASGI has them; GONE."""
        while (event := await self.event()) is not GONE:
            frame = read_frame(event.get("bytes") or b"")
            if isinstance(frame, InputTransportMessageFrame) and _too_long(event["bytes"]):
                await self.close(1009)
            elif frame is not None:
                self._bad = 0
                return event
            else:
                self._bad += 1
                if self._bad == BAD_IN_A_ROW:
                    await self.close(1007)
        return GONE

    async def cannot_resume(self) -> None:
        """The session that was to go on isn't there."""
        advice = "This `resume_token` is not known or has expired: connect without it."
        await self._tell(
            {"type": "error", "code": "cannot_resume", "message": advice, "fatal": True}
        )
        await self.close(4404)

    async def leave(self, reason: str) -> None:
        """The call ends here: `ended`, `taken_over` or `draining`."""
        ended = {"type": "session_ended", "session_id": self._session_id, "reason": reason}
        await self._tell(ended)
        self.goes_on = reason in SERVER_STOPS
        await self.close()

    async def _tell(self, message: dict[str, Any]) -> None:
        frame = _ProtoFrame()
        frame.message.data = ServerMessage(data=message).model_dump_json()
        await self.send_bytes(frame.SerializeToString())


class ClientSerializer(ProtobufFrameSerializer):
    """Pipecat's, for frames that `read_frame` can read, their audio at HEARS_AT."""

    def __init__(self) -> None:
        super().__init__()
        self._rate = HEARS_AT
        self._resampler = PromptResampler()

    async def serialize(self, frame: Frame) -> str | bytes | None:
        """What the client is sent for the frame; None: nothing."""
        return await super().serialize(frame) if isinstance(frame, _SENT) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        """data: as `ClientLine.receive` gives it."""
        frame = read_frame(data) if isinstance(data, bytes) else None
        if not isinstance(frame, InputAudioRawFrame):
            return frame
        audio = frame.audio
        if frame.sample_rate != HEARS_AT:
            if frame.sample_rate != self._rate:
                self._rate, self._resampler = frame.sample_rate, PromptResampler()
            audio = await self._resampler.resample(audio, self._rate, HEARS_AT)
        return InputAudioRawFrame(audio, HEARS_AT, 1) if audio else None


def client_transport(line: ClientLine) -> FastAPIWebsocketTransport:
    """Pipecat's WebSocket transport around a line."""
    return PromptTransport(
        line,
        FastAPIWebsocketParams(
            **both_ways(SPEAKS_AT),
            serializer=ClientSerializer(),
            allowed_origins=[],  # the door has asked already
        ),
    )


def _audio(frame: Any) -> InputAudioRawFrame | None:
    if frame.num_channels != 1 or frame.sample_rate not in RATES or len(frame.audio) % 2:
        return None
    return InputAudioRawFrame(bytes(frame.audio), frame.sample_rate, 1)


def _message(text: str) -> InputTransportMessageFrame | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return InputTransportMessageFrame(message=found) if isinstance(found, dict) else None


def _too_long(data: bytes) -> bool:
    return len(data) > LARGEST_TEXT
