"""The WebSocket of a media stream: who calls, and only what Twilio would send."""

import json
from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocket

from transports.line import BAD_IN_A_ROW, GONE, SocketLine
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


class _Payload(_Message):
    payload: str = Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$")


class _Media(_Message):
    event: Literal["media"]
    media: _Payload


class _Name(_Message):
    name: str = Field(max_length=64)


class _Mark(_Message):
    event: Literal["mark"]
    mark: _Name


class _Digit(_Message):
    digit: str = Field(pattern=r"^[0-9*#]$")


class _Dtmf(_Message):
    event: Literal["dtmf"]
    dtmf: _Digit


_STREAM: dict[str, type[_Message]] = {"media": _Media, "mark": _Mark, "dtmf": _Dtmf}


class PhoneLine(SocketLine):
    """connected, start ─► `first`; media, mark, dtmf ─► `receive`; stop ends it."""

    def __init__(self, socket: WebSocket, *, rate: float, clock: Callable[[], float]) -> None:
        super().__init__(socket, rate=rate, clock=clock)
        self.marks = Marks()
        self.hung_up = False
        """The caller did, or Twilio took the call elsewhere."""
        self._stream = ""
        self._bad = 0

    async def first(self) -> Start | None:
        """Which call it is; None: it is gone before it said so."""
        while (message := await self._message()) is not None:
            if message.get("event") != "start":
                continue
            try:
                start = _Started.model_validate(message).start
            except ValidationError:
                return None
            self._stream = start.stream
            return start
        return None

    async def receive(self) -> dict[str, Any]:
        """The next media, mark or dtmf message, as ASGI has it; GONE."""
        while (message := await self._message()) is not None:
            kind = str(message.get("event"))
            if kind == "stop":
                self.hung_up = True
                return GONE
            model = _STREAM.get(kind)
            if model and _valid(model, message) and len(_payload(message)) % 4 == 0:
                return {"type": "websocket.receive", "text": json.dumps(message)}
        return GONE

    async def sent(self, seconds: float) -> None:
        """Audio has left: a mark follows now and then."""
        if name := self.marks.leaves(seconds):
            mark = {"event": "mark", "streamSid": self._stream, "mark": {"name": name}}
            await self.send_text(json.dumps(mark))

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
        self.hung_up = True
        return None


def _valid(model: type[_Message], message: dict[str, Any]) -> bool:
    try:
        model.model_validate(message)
    except ValidationError:
        return False
    return True


def _payload(message: dict[str, Any]) -> str:
    return str(message.get("media", {}).get("payload", ""))
