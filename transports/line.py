"""The WebSocket under a door: what Pipecat's transport needs of one, within our limits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.websockets import WebSocket, WebSocketState

LARGEST_TEXT = 64 * 1024  # bytes of a text frame
LARGEST_AUDIO = 256 * 1024  # bytes of a binary frame
BAD_IN_A_ROW = 20  # messages that can't be read, and then the line ends
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


class SocketLine:
    """A connection that ends once, and from which nothing too long or too fast is taken."""

    def __init__(self, socket: WebSocket, *, rate: float, clock: Callable[[], float]) -> None:
        """rate: messages a second."""
        self._socket = socket
        self._meter = Meter(rate, clock)
        self._closed = False

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

    async def too_fast(self) -> None:
        """Ends the line of a client that sends too much."""
        await self.close(1008)

    async def event(self) -> dict[str, Any]:
        """The next frame, as ASGI has it: `text` or `bytes`; GONE."""
        if self.client_state is not WebSocketState.CONNECTED:
            return GONE
        event = dict(await self._socket.receive())
        if event["type"] == "websocket.disconnect":
            return GONE
        if not self._meter.passes():
            await self.too_fast()
        elif _too_long(event):
            await self.close(1009)
        return GONE if self._closed else event


def _too_long(event: dict[str, Any]) -> bool:
    text, audio = event.get("text"), event.get("bytes")
    if text is not None:
        return len(text) > LARGEST_TEXT or len(text.encode()) > LARGEST_TEXT
    return audio is not None and len(audio) > LARGEST_AUDIO
