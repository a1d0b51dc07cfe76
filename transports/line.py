"""The WebSocket under a door: what Pipecat's transport needs of one, within our limits."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.websockets import WebSocket, WebSocketState

LARGEST_TEXT = 64 * 1024  # bytes of a text frame
LARGEST_AUDIO = 256 * 1024  # bytes of a binary frame, if nothing else is set
BAD_IN_A_ROW = 20  # messages that can't be read, and then the line ends
BURST_SECONDS = 2.0
TAKES_SECONDS = 30.0  # a client that takes nothing for so long is gone
ELSEWHERE = 1012
CLOSE_SECONDS = 2.0  # for our last frame to leave; a line that stands still takes none
T = TypeVar("T")
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


@dataclass(frozen=True)
class Limits:
    """What a line puts up with. rate: messages a second; largest: bytes of a binary frame.

    takes: seconds within which the client must take what we send; speaks: within which it must
    send something, if it is one that always does.
    """

    rate: float
    largest: int = LARGEST_AUDIO
    takes: float = TAKES_SECONDS
    speaks: float | None = None


class SocketLine:
    """A connection that ends once, and from which nothing too long or too fast is taken.

    One that stands still ends too: nothing that waits for it waits for ever.
    """

    def __init__(self, socket: WebSocket, limits: Limits, *, clock: Callable[[], float]) -> None:
        self._socket = socket
        self._limits = limits
        self._meter = Meter(limits.rate, clock)
        self._closed = False
        self.goes_on = False
        """Whether the session goes on in another worker once this line is closed."""
        self.before_close: Callable[[], Awaitable[None]] | None = None
        """What has to be done first, once."""
        self._waits: set[asyncio.Timeout] = set()

    @property
    def client_state(self) -> WebSocketState:
        """Whether the client is there."""
        return WebSocketState.DISCONNECTED if self._closed else self._socket.client_state

    @property
    def application_state(self) -> WebSocketState:
        """Whether we are."""
        return WebSocketState.DISCONNECTED if self._closed else self._socket.application_state

    async def send_text(self, text: str) -> None:
        """To the client, if it is still there."""
        if self.client_state is WebSocketState.CONNECTED:
            await self._send(self._socket.send_text(text))

    async def send_bytes(self, audio: bytes) -> None:
        """To the client, if it is still there."""
        if self.client_state is WebSocketState.CONNECTED:
            await self._send(self._socket.send_bytes(audio))

    async def close(self, code: int = 1000) -> None:
        """Ends the connection, once. 1000 is 1012 where the session goes on elsewhere."""
        code = ELSEWHERE if self.goes_on and code == 1000 else code
        if self.client_state is WebSocketState.CONNECTED:
            self._closed = True
            if self.before_close:
                await self.before_close()
            try:
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._socket.close(code)
            except TimeoutError:
                pass
            for wait in self._waits:
                if not wait.expired():
                    wait.reschedule(asyncio.get_running_loop().time())

    async def too_fast(self) -> None:
        """Ends the line of a client that sends too much."""
        await self.close(1008)

    async def event(self) -> dict[str, Any]:
        """The next frame, as ASGI has it: `text` or `bytes`; GONE."""
        if self.client_state is not WebSocketState.CONNECTED:
            return GONE
        try:
            event = dict(await self._within(self._limits.speaks, self._socket.receive()))
        except TimeoutError:
            await self.close(1001)
            return GONE
        if event["type"] == "websocket.disconnect":
            return GONE
        if not self._meter.passes():
            await self.too_fast()
        elif self._too_long(event):
            await self.close(1009)
        return GONE if self._closed else event

    async def _send(self, sending: Awaitable[None]) -> None:
        try:
            await self._within(self._limits.takes, sending)
        except TimeoutError:
            await self.close(1001)

    async def _within(self, seconds: float | None, what: Awaitable[T]) -> T:
        """Raises TimeoutError: it took longer, or the line was closed meanwhile."""
        async with asyncio.timeout(seconds) as wait:
            self._waits.add(wait)
            try:
                return await what
            finally:
                self._waits.discard(wait)

    def _too_long(self, event: dict[str, Any]) -> bool:
        text, audio = event.get("text"), event.get("bytes")
        if text is not None:
            return len(text) > LARGEST_TEXT or len(text.encode()) > LARGEST_TEXT
        return audio is not None and len(audio) > self._limits.largest
