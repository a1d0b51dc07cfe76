"""A WebSocket that keeps to the protocol: only what is valid comes out of it."""

import json
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket

from conversation.ending import HUNG_UP, SERVER_STOPS, TAKEN_OVER
from transports.line import BAD_IN_A_ROW, GONE, Limits, SocketLine
from transports.orchestrate.client_messages import (
    ClientMessage,
    NotUnderstood,
    Ping,
    SessionEnd,
    SessionStart,
    SttFragment,
    VadEnd,
    read_message,
)


class Line(SocketLine):
    """What Pipecat's WebSocket transport needs of a socket, and the protocol's own answers.

    first()    ─► how the session is to be
    receive()  ─► the valid messages and audio of the session, until the line ends
    """

    def __init__(self, socket: WebSocket, limits: Limits, *, clock: Callable[[], float]) -> None:
        super().__init__(socket, limits, clock=clock)
        self._bad = 0
        self._waiting: list[dict[str, Any]] = []
        self.ended = False
        """Whether the client hung up, in so many words."""
        self._start: SessionStart | None = None
        self.session_id: str | None = None
        """As the client knows it; None until the first message."""

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
            if isinstance(message, SessionEnd):
                self.session_id = named
                await self.leave(HUNG_UP)
                return None
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
                return GONE if self.ended else event

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
        if reason == TAKEN_OVER:
            await self.fail("taken_over", "Another connection has this session now.", close=4409)
            return
        ended = {"type": "session_ended", "session_id": self.session_id, "reason": reason}
        if resume_token:
            ended["resume_token"] = resume_token
        await self.send_text(json.dumps(ended))
        self.goes_on = reason in SERVER_STOPS
        await self.close()

    async def too_fast(self) -> None:
        await self.fail("rate_limited", "Too many messages: send fewer.", close=4429)

    async def _next(self) -> dict[str, Any]:
        """The next event that is a message of the protocol, or audio; GONE."""
        while (event := await self.event()) is not GONE:
            if event.get("text") is None or await self._readable(event):
                return event
        return GONE

    async def _readable(self, event: dict[str, Any]) -> bool:
        try:
            message = read_message(event["text"])
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
            self.ended = True
        return True

    async def _mismatch(self) -> None:
        await self.error(
            "session_mismatch", "This connection is another session's: send its `session_id`."
        )


_NO_AUDIO = 'Audio comes only after session_start with `transcription`: "server".'
