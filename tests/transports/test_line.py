"""A WebSocket's line: what is too much, and what stands still."""

import asyncio
import json
from typing import Any

from starlette.websockets import WebSocketState

from transports.line import GONE, Limits, SocketLine
from transports.twilio.line import PhoneLine


class Socket:
    """A client that sends what it is given and then nothing more; it may take nothing."""

    def __init__(self, *frames: Any, takes: bool = True) -> None:
        self.client_state = self.application_state = WebSocketState.CONNECTED
        self.sent: list[str] = []
        self.closed: list[int] = []
        self._frames, self._takes = list(frames), takes

    async def receive(self) -> dict[str, Any]:
        if self._frames:
            frame = self._frames.pop(0)
            text = frame if isinstance(frame, str) else json.dumps(frame)
            return {"type": "websocket.receive", "text": text}
        return await asyncio.Event().wait()  # type: ignore[return-value]

    async def send_text(self, text: str) -> None:
        if not self._takes:
            await asyncio.Event().wait()
        self.sent.append(text)

    async def close(self, code: int) -> None:
        if not self._takes:
            await asyncio.Event().wait()
        self.closed.append(code)


def phone(*frames: Any, takes: bool = True) -> tuple[PhoneLine, Socket]:
    socket = Socket(*frames, takes=takes)
    return PhoneLine(socket, Limits(100, takes=0.01, speaks=0.01), clock=lambda: 0.0), socket  # type: ignore[arg-type]


async def test_a_client_that_takes_nothing_is_given_up():
    """The sender goes on, whoever listens to it meanwhile is told, nothing more is sent."""
    socket = Socket(takes=False)
    line = SocketLine(socket, Limits(100, takes=0.01), clock=lambda: 0.0)  # type: ignore[arg-type]
    listening = asyncio.create_task(line.event())
    await line.send_text("never taken")
    assert await listening is GONE
    assert line.client_state is WebSocketState.DISCONNECTED
    await line.send_text("nor this")
    assert socket.sent == []


async def test_a_telephone_that_sends_nothing_is_given_up():
    """Twilio sends all the time; and the call is ours to hang up."""
    line, socket = phone()
    assert await line.receive() is GONE
    assert (socket.closed, line.hung_up) == ([1001], False)


def start(**changed: Any) -> dict[str, Any]:
    format_ = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    begun = {"streamSid": "MZ1", "callSid": "CA1", "mediaFormat": format_, **changed}
    return {"event": "start", "streamSid": "MZ1", "start": begun}


def media(**changed: Any) -> dict[str, Any]:
    sound = {"track": "inbound", "chunk": "2", "timestamp": "40", "payload": "////"}
    return {"event": "media", "streamSid": "MZ1", "media": sound | changed}


async def test_only_the_streams_own_messages_come_through():
    """Not another stream's, not our own voice, not what Twilio may send one day."""
    line, _ = phone(
        {"event": "connected", "protocol": "Call", "version": "1.0.0"},
        start(tracks=["inbound"], customParameters={"token": "t"}),
        media() | {"streamSid": "MZ2"},
        media(track="outbound"),
        media(payload="AAA"),
        media(payload=7),
        media(payload="é"),
        media() | {"media": "none"},
        {"event": "a new one", "streamSid": "MZ1"},
        {"event": "mark", "streamSid": "MZ2", "mark": {"name": "0:200"}},
        {"event": "stop", "streamSid": "MZ2", "stop": {}},
        start(callSid="CA2"),
        media(),
        {"event": "dtmf", "streamSid": "MZ1", "dtmf": {"track": "inbound_track", "digit": "5"}},
        {"event": "mark", "streamSid": "MZ1", "mark": {"name": "0:200"}},
        {"event": "stop", "streamSid": "MZ1", "stop": {"accountSid": "AC1", "callSid": "CA1"}},
    )
    begun = await line.first()
    assert begun is not None
    assert (begun.stream, begun.call, begun.parameters) == ("MZ1", "CA1", {"token": "t"})
    came = []
    while (event := await line.receive()) is not GONE:
        came.append(event.get("bytes") or json.loads(event["text"])["event"])
    assert (came, line.hung_up) == ([b"\xff\xff\xff", "dtmf", "mark"], True)


async def test_a_call_that_ends_before_it_began_is_none():
    """Nor is one in a format that Twilio has not."""
    stop = {"event": "stop", "streamSid": "MZ1", "stop": {}}
    wide = {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}
    for first in (stop, start(mediaFormat=wide), start(callSid="../x"), {"event": "start"}):
        line, _ = phone(first)
        assert await line.first() is None
