"""A WebSocket that keeps to the protocol: only what is valid comes out of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketState

from transports.orchestrate.client_messages import (
    LARGEST_AUDIO,
    LARGEST_TEXT,
    ClientMessage,
    NotUnderstood,
    Ping,
    SessionEnd,
    SessionStart,
    SttFragment,
    VadEnd,
    read_message,
)

BAD_IN_A_ROW = 20
BURST_SECONDS = 2.0
GONE: dict[str, Any] = {"type": "websocket.disconnect", "code": 1000}


@dataclass
class Meter:
    """Lets `rate` messages a second pass, and for BURST_SECONDS twice as many."""

    rate: float
    clock: Callable[[], float]
    _left: float = 0.0
    _at: float | None = None

    def passes(self) -> bool:
        """Whether one more may come now."""
        now, most = self.clock(), self.rate * BURST_SECONDS
        since = now - self._at if self._at is not None else BURST_SECONDS
        self._left, self._at = min(most, self._left + since * self.rate), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Line:
    """What Pipecat's WebSocket transport needs of a socket, and the protocol's own answers.

    first()    ─► how the session is to be
    receive()  ─► the valid messages and audio of the session, until the line ends
    """

    def __init__(self, socket: WebSocket, *, rate: float, clock: Callable[[], float]) -> None:
        self._socket = socket
        self._meter = Meter(rate, clock)
        self._bad = 0
        self._waiting: list[dict[str, Any]] = []
        self._closed = False
        self._ended = False
        self._start: SessionStart | None = None
        self.session_id: str | None = None
        """As the client knows it; None until the first message."""

    @property
    def client_state(self) -> WebSocketState:
        """Whether the client is there."""
        return WebSocketState.DISCONNECTED if self._closed else self._socket.client_state

    @property
    def application_state(self) -> WebSocketState:
        """Whether we are."""
        return WebSocketState.DISCONNECTED if self._closed else self._socket.application_state

    async def first(self, only: str | None = None) -> SessionStart | None:
        """What session the client wants; None: it is gone.

        only: the one session that may be named. A first message that is no session_start names
        its session and is the first of those that `receive` gives.
        """
        while (event := await self._next()) is not GONE:
            message = event.get("message")
            if message is None:
                await self.error("unexpected_audio", _NO_AUDIO)
                continue
            named = getattr(message, "session_id", None)
            if named is not None and only is not None and named != only:
                await self._mismatch()
                continue
            if isinstance(message, SessionStart):
                self._start = message
            else:
                self._start = SessionStart(session_id=named, greeting=False)
                self._waiting.append(event)
            return self._start
        return None

    async def receive(self) -> dict[str, Any]:
        """The next valid message or audio, as ASGI has them."""
        while True:
            event = self._waiting.pop(0) if self._waiting else await self._next()
            if event is GONE or await self._belongs(event):
                return GONE if self._ended else event

    async def send_text(self, text: str) -> None:
        """To the client, if it is still there."""
        if self.client_state is WebSocketState.CONNECTED:
            await self._socket.send_text(text)

    async def send_bytes(self, audio: bytes) -> None:
        """To the client, if it is still there."""
        if self.client_state is WebSocketState.CONNECTED:
            await self._socket.send_bytes(audio)

    async def close(self, code: int = 1000) -> None:
        """Ends the connection, once."""
        if self.client_state is WebSocketState.CONNECTED:
            self._closed = True
            await self._socket.close(code)

    async def error(self, code: str, advice: str, *, fatal: bool = False) -> None:
        """Tells what was wrong."""
        told = {"type": "error", "code": code, "message": advice, "fatal": fatal}
        if self.session_id is not None:
            told["session_id"] = self.session_id
        await self.send_text(json.dumps(told))

    async def fail(self, code: str, advice: str, *, close: int) -> None:
        """Tells what was wrong, and ends the connection."""
        await self.error(code, advice, fatal=True)
        await self.close(close)

    async def leave(self, reason: str, resume_token: str = "") -> None:
        """The session goes on elsewhere: `taken_over` by another connection, or `draining`."""
        if reason == "taken_over":
            await self.fail("taken_over", "Another connection has this session now.", close=4409)
            return
        ended = {"type": "session_ended", "session_id": self.session_id, "reason": reason}
        if resume_token:
            ended["resume_token"] = resume_token
        await self.send_text(json.dumps(ended))
        await self.close(1012 if reason == "draining" else 1000)

    async def _next(self) -> dict[str, Any]:
        """The next event that is a message of the protocol, or audio; GONE."""
        while self.client_state is WebSocketState.CONNECTED:
            event = dict(await self._socket.receive())
            if event["type"] == "websocket.disconnect":
                return GONE
            if not self._meter.passes():
                await self.fail("rate_limited", "Too many messages: send fewer.", close=4429)
                return GONE
            if await self._readable(event):
                return event
        return GONE

    async def _readable(self, event: dict[str, Any]) -> bool:
        text, audio = event.get("text"), event.get("bytes")
        if text is None:
            if audio is not None and len(audio) > LARGEST_AUDIO:
                await self.close(1009)
            return not self._closed and audio is not None
        if len(text) > LARGEST_TEXT or len(text.encode()) > LARGEST_TEXT:
            await self.close(1009)
            return False
        try:
            message = read_message(text)
        except NotUnderstood as problem:
            await self._not_understood(problem)
            return False
        self._bad = 0
        if isinstance(message, Ping):
            await self.send_text(json.dumps({"type": "pong", "nonce": message.nonce}))
            return False
        event["message"] = message
        return True

    async def _not_understood(self, problem: NotUnderstood) -> None:
        self._bad = self._bad + 1 if problem.code == "bad_message" else 0
        await self.error(problem.code, problem.advice)
        if self._bad == BAD_IN_A_ROW:
            await self.close(1007)

    async def _belongs(self, event: dict[str, Any]) -> bool:
        """Whether it may come in this session."""
        assert self._start is not None
        hears = self._start.transcription == "server"
        message: ClientMessage | None = event.get("message")
        if message is None:
            if not hears:
                await self.error("unexpected_audio", _NO_AUDIO)
            elif len(event["bytes"]) % 2:
                await self.error("bad_audio", "Half a sample: send 16-bit samples, two bytes each.")
            return hears and not len(event["bytes"]) % 2
        if isinstance(message, SessionStart):
            await self.error(
                "already_started", "The session is under way: connect anew for another."
            )
            return False
        if getattr(message, "session_id", None) != self.session_id:
            await self._mismatch()
            return False
        if hears and isinstance(message, SttFragment | VadEnd):
            await self.error(
                "unexpected_fragment", "We transcribe this session: send audio, no transcripts."
            )
            return False
        if isinstance(message, SessionEnd):
            self._ended = True
        return True

    async def _mismatch(self) -> None:
        await self.error(
            "session_mismatch", "This connection is another session's: send its `session_id`."
        )


_NO_AUDIO = 'Audio comes only after session_start with `transcription`: "server".'
