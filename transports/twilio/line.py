"""The WebSocket of a media stream: who calls, and only what Twilio would send."""

import base64
import json
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocket

from transports.line import BAD_IN_A_ROW, GONE, Limits, SocketLine
from transports.twilio.marks import Marks

Sid = Field(pattern=r"^[A-Za-z0-9]{1,64}$")


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class _Format(_Message):
    encoding: Literal["audio/x-mulaw"]
    sampleRate: Literal[8000]
    channels: Literal[1]


class Start(_Message):
    """A stream begins."""

    stream: str = Field(alias="streamSid", pattern=Sid.metadata[0].pattern)
    call: str = Field(alias="callSid", pattern=Sid.metadata[0].pattern)
    parameters: dict[str, str] = Field(alias="customParameters", default_factory=dict[str, str])
    format: _Format = Field(alias="mediaFormat")


class _Started(_Message):
    event: Literal["start"]
    start: Start


class _OfStream(_Message):
    stream: str | None = Field(alias="streamSid", default=None)


class _Name(_Message):
    name: str = Field(max_length=64)


class _Mark(_OfStream):
    event: Literal["mark"]
    mark: _Name


class _Digit(_Message):
    digit: str = Field(pattern=r"^[0-9*#]$")


class _Dtmf(_OfStream):
    event: Literal["dtmf"]
    dtmf: _Digit


class _Stop(_OfStream):
    event: Literal["stop"]


_STREAM: dict[str, type[_OfStream]] = {
    "mark": _Mark,
    "dtmf": _Dtmf,
    "stop": _Stop,
}


class PhoneLine(SocketLine):
    """connected, start ─► `first`; media, mark, dtmf ─► `receive`; stop ends it."""

    def __init__(self, socket: WebSocket, limits: Limits, *, clock: Callable[[], float]) -> None:
        super().__init__(socket, limits, clock=clock)
        self.marks = Marks()
        self.hung_up = False
        """The caller did, or Twilio took the call elsewhere."""
        self.dropped = False
        """The connection is gone, and nobody has hung up."""
        self._stream = ""
        self._bad = 0

    async def first(self) -> Start | None:
        """Which call it is; None: it is gone before it said so."""
        while (message := await self._message()) is not None:
            if message.get("event") not in ("start", "stop"):
                continue
            try:
                start = _Started.model_validate(message).start
            except ValidationError:
                return None
            self._stream = start.stream
            return start
        return None

    async def receive(self) -> dict[str, Any]:
        """The stream's next audio (mu-law) or mark or dtmf message, as ASGI has them; GONE."""
        while (message := await self._message()) is not None:
            if message.get("event") == "media":
                if audio := self._audio(message):
                    return {"type": "websocket.receive", "bytes": audio}
                continue
            if not self._belongs(message):
                continue
            if message["event"] == "stop":
                self.hung_up = True
                return GONE
            return {"type": "websocket.receive", "text": json.dumps(message)}
        return GONE

    async def sent(self, seconds: float) -> None:
        """Audio has left: a mark follows now and then."""
        if name := self.marks.leaves(seconds):
            mark = {"event": "mark", "streamSid": self._stream, "mark": {"name": name}}
            await self.send_text(json.dumps(mark))

    def _belongs(self, message: dict[str, Any]) -> bool:
        model = _STREAM.get(str(message.get("event")))
        if model is None:
            return False
        try:
            valid = model.model_validate(message)
        except ValidationError:
            return False
        return valid.stream in (None, self._stream)

    def _audio(self, message: dict[str, Any]) -> bytes | None:
        """What the caller's side of the stream carries; None: it is no audio of ours."""
        media = message.get("media")
        if message.get("streamSid") not in (None, self._stream) or not isinstance(media, dict):
            return None
        if media.get("track", "inbound") != "inbound":  # the other one is our own voice
            return None
        try:
            return base64.b64decode(media["payload"], validate=True)
        except (KeyError, TypeError, ValueError):
            return None

    async def _message(self) -> dict[str, Any] | None:
        while (event := await self.event()) is not GONE:
            try:
                found = json.loads(event.get("text") or "")
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, dict):
                self._bad = 0
                return found
            self._bad += 1
            if self._bad == BAD_IN_A_ROW:
                await self.close(1007)
        self.dropped = not self._closed
        return None
