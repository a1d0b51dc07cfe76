"""A client of /orchestrate that checks every message against the protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.bot.doors import Doors
from transports.orchestrate.server_messages import SERVER_MESSAGES

PATIENCE = 20.0  # seconds; nothing is timed by it


@dataclass
class Client:
    """What was received: `messages` in order, `audio` joined."""

    line: ClientConnection
    messages: list[dict[str, Any]] = field(default_factory=list)
    audio: bytearray = field(default_factory=bytearray)
    session_id: str | None = None
    _seen: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        """Collects until the connection ends."""
        try:
            async for frame in self.line:
                if isinstance(frame, bytes):
                    self.audio += frame
                else:
                    message = json.loads(frame)
                    SERVER_MESSAGES[message["type"]].model_validate(message)
                    self.messages.append(message)
                self._changed.set()
        finally:
            self._changed.set()

    async def send(self, kind: str, **fields: Any) -> None:
        """One message, with the session's id once it is known."""
        named = {"session_id": self.session_id} if self.session_id else {}
        await self.line.send(json.dumps({"type": kind, **named, **fields}))

    async def start(self, **how: Any) -> dict[str, Any]:
        """session_start, and what came of it."""
        await self.send("session_start", **{"greeting": False, **how})
        started = await self.until("session_started")
        self.session_id = started["session_id"]
        return started

    async def ask(self, text: str) -> None:
        """A whole turn of the caller's."""
        await self.send("stt_fragment", text=text, is_final=True, timestamp=1.0)
        await self.send("vad_end", confidence=0.9)

    async def until(self, kind: str, **having: Any) -> dict[str, Any]:
        """The next message of the kind with these fields, after those that were found before."""
        async with asyncio.timeout(PATIENCE):
            while True:
                while self._seen < len(self.messages):
                    message = self.messages[self._seen]
                    self._seen += 1
                    if message["type"] == kind and having.items() <= message.items():
                        return message
                if self.line.close_code is not None:
                    raise ConnectionError(f"closed {self.line.close_code} before {kind} {having}")
                self._changed.clear()
                await self._changed.wait()

    async def until_audio(self, seconds: float, rate: int = 16000) -> None:
        """Until so much has been heard."""
        async with asyncio.timeout(PATIENCE):
            while len(self.audio) < 2 * rate * seconds:
                self._changed.clear()
                await self._changed.wait()

    async def closed(self) -> int | None:
        """The code with which the server ended the connection."""
        async with asyncio.timeout(PATIENCE):
            await self.line.wait_closed()
        return self.line.close_code

    async def beyond(self, messages: int, audio: int) -> bool:
        """Until more than so many messages or bytes were received; False: the connection ended."""
        while (len(self.messages), len(self.audio)) == (messages, audio):
            if self.line.close_code is not None:
                return False
            self._changed.clear()
            await self._changed.wait()
        return True

    async def lives(self) -> None:
        """The connection still answers."""
        await self.send("ping", nonce="alive")
        await self.until("pong", nonce="alive")


@asynccontextmanager
async def orchestrate(
    door: Doors, path: str = "/orchestrate", **headers: str
) -> AsyncIterator[Client]:
    """A connection."""
    url = door.url(path, scheme="ws")
    async with connect(url, additional_headers=headers, max_size=None) as line:
        client = Client(line)
        listening = asyncio.create_task(client.listen())
        try:
            yield client
        finally:
            await line.close()
            with suppress(ConnectionClosed):
                await listening
