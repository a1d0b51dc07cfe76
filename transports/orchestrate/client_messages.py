"""What a client of /orchestrate may send."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

SessionId = Annotated[
    str,
    Field(pattern=r"^[!-~]{1,128}$", description="1 to 128 visible ASCII characters"),
]
Timestamp = Annotated[float, Field(ge=0, allow_inf_nan=False, description="Unix seconds, a number")]
Rate = Annotated[int, Field(ge=8000, le=48000, description="a whole number, 8000 to 48000 Hz")]


class ClientMessage(BaseModel):
    """Any of them. Fields that we don't know are none of our business."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class SttFragment(ClientMessage):
    """A partial or final transcript; `text` replaces the turn's last partial."""

    type: Literal["stt_fragment"] = "stt_fragment"
    session_id: SessionId
    text: str = Field(max_length=10_000, description="a string of at most 10000 characters")
    is_final: bool = Field(description="true or false")
    timestamp: Timestamp


class VadEnd(ClientMessage):
    """The caller's turn is over."""

    type: Literal["vad_end"] = "vad_end"
    session_id: SessionId
    confidence: float = Field(ge=0, le=1, description="a number, 0 to 1")


class UserSpeaking(ClientMessage):
    """The caller speaks: a barge-in if the bot does."""

    type: Literal["user_speaking"] = "user_speaking"
    session_id: SessionId
    timestamp: Timestamp


class SessionStart(ClientMessage):
    """How the session is to be; if sent, the first message."""

    type: Literal["session_start"] = "session_start"
    session_id: SessionId | None = Field(
        default=None, description="1 to 128 visible ASCII characters, or leave it out"
    )
    resume_token: str | None = Field(
        default=None, max_length=1024, description="a token from session_started, or leave it out"
    )
    sample_rate: Rate = 16000
    output_sample_rate: Rate | None = Field(
        default=None, description="a whole number, 8000 to 48000 Hz, or leave it out"
    )
    transcription: Literal["client", "server"] = Field(
        default="client", description='"client" or "server"'
    )
    language: str = Field(
        default="en", pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$", description='such as "en"'
    )
    greeting: bool = Field(default=True, description="true or false")


class Playback(ClientMessage):
    """How much of the current reply the caller has really heard."""

    type: Literal["playback"] = "playback"
    session_id: SessionId
    played_ms: float = Field(
        ge=0, le=86_400_000, allow_inf_nan=False, description="milliseconds, a number from 0"
    )


class Dtmf(ClientMessage):
    """A key was pressed."""

    type: Literal["dtmf"] = "dtmf"
    session_id: SessionId
    digit: str = Field(pattern=r"^[0-9*#]$", description='one of "0" to "9", "*" and "#"')


class Ping(ClientMessage):
    """Answered by `pong` with the same nonce."""

    type: Literal["ping"] = "ping"
    nonce: Annotated[str, Field(max_length=256)] | int = Field(
        union_mode="left_to_right",
        description="a string of at most 256 characters, or a whole number",
    )


class SessionEnd(ClientMessage):
    """Hang up."""

    type: Literal["session_end"] = "session_end"
    session_id: SessionId


CLIENT_MESSAGES: dict[str, type[ClientMessage]] = {
    str(model.model_fields["type"].default): model
    for model in (
        SttFragment, VadEnd, UserSpeaking, SessionStart, Playback, Dtmf, Ping, SessionEnd
    )
}  # fmt: skip


class NotUnderstood(Exception):
    """A message that is not of the protocol: the error's code, and what to send instead."""

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(advice)
        self.code, self.advice = code, advice


def read_message(text: str) -> ClientMessage:
    """The message in a text frame. Raises NotUnderstood."""
    found = _object(text)
    if "type" not in found:
        raise NotUnderstood("bad_message", "`type` is missing: every message has one.")
    kind = found["type"]
    model = CLIENT_MESSAGES.get(kind) if isinstance(kind, str) else None
    if model is None:
        known = ", ".join(CLIENT_MESSAGES)
        raise NotUnderstood("unknown_type", f"This `type` is not known: use one of {known}.")
    try:
        message = model.model_validate(found)
    except ValidationError as error:
        raise _invalid(model, error) from None
    if isinstance(message, Ping) and len(str(message.nonce)) > 256:
        raise NotUnderstood("invalid_field", "`nonce`: send at most 256 characters.")
    return message


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, parse_constant=_no_number)
        json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
    except (ValueError, RecursionError):
        raise NotUnderstood("bad_message", "This is not JSON: send one JSON object.") from None
    if not isinstance(found, dict):
        raise NotUnderstood("bad_message", "This is JSON, but no object: send one JSON object.")
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)


def _invalid(model: type[ClientMessage], error: ValidationError) -> NotUnderstood:
    name = str(error.errors()[0]["loc"][0])
    field = model.model_fields[name]
    takes = field.description or next(
        (m.description for m in field.metadata if getattr(m, "description", None)), "another value"
    )
    missing = error.errors()[0]["type"] == "missing"
    lacks = " is missing" if missing else ""
    return NotUnderstood("invalid_field", f"`{name}`{lacks}: send {takes}.")
