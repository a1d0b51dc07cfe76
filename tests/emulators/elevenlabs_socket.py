"""ElevenLabs' WebSocket: one text, or several at once told apart by `context_id`.

    {"text": " ", "context_id": c, "voice_settings": …}   opens c
    {"text": "Hello ", "context_id": c}                    is spoken, at once with auto_mode=true,
                                                           else after 120 characters or a flush
    {"context_id": c, "flush": true}
    {"context_id": c, "close_context": true}               -> {"isFinal": true, "contextId": c}
    {"close_socket": true}                                 closes

Without contexts, {"text": ""} is the end of the text.
"""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.emulators.emulator import Asked, Fault

if TYPE_CHECKING:
    from tests.emulators.elevenlabs import ElevenLabsEmulator

_ENOUGH = 120  # characters; the first of ElevenLabs' chunk_length_schedule
_MOST_CONTEXTS = 5
_POLICY = 1008


class _Context:
    """What is to be said of one context, spoken in order by one task."""

    def __init__(self, settings: object) -> None:
        self.settings = settings
        self.buffer = ""
        self.texts: asyncio.Queue[str | None] = asyncio.Queue()
        self.task: asyncio.Task[None] | None = None


class Socket:
    """One connection."""

    def __init__(self, emulator: ElevenLabsEmulator, request: web.Request) -> None:
        self._emulator, self._request = emulator, request
        self._socket = web.WebSocketResponse()
        self._contexts: dict[str | None, _Context] = {}
        self._several = request.path.endswith("/multi-stream-input")
        self._at_once = request.query.get("auto_mode") == "true"
        self._rate = 0

    async def serve(self) -> web.WebSocketResponse:
        """Until either side closes."""
        emulator, request = self._emulator, self._request
        if emulator.fault is Fault.HUNG:
            await emulator.hang()
        await self._socket.prepare(request)
        if wrong := self._wrong():
            await self._refuse(*wrong)
            return self._socket
        try:
            await self._hear()
        finally:
            for context in self._contexts.values():
                if context.task:
                    context.task.cancel()
        return self._socket

    def _wrong(self) -> tuple[str, str] | None:
        query, emulator = self._request.query, self._emulator
        kind, _, rate = query.get("output_format", "").partition("_")
        if not emulator.opens(emulator.key_of(self._request)):
            return "invalid_api_key", "Invalid API key"
        if self._request.match_info["voice"] not in emulator.voices:
            return "voice_not_found", "A voice with that id does not exist"
        if query.get("model_id") not in emulator.models:
            return "model_not_found", "A model with that id does not exist"
        if kind != "pcm":
            return "invalid_output_format", "Only PCM is emulated"
        self._rate = int(rate)
        return None

    async def _hear(self) -> None:
        while not self._socket.closed:
            try:
                message = await self._socket.receive(timeout=self._emulator.idle_seconds)
            except TimeoutError:
                await self._refuse("input_timeout_exceeded", "No text came in time")
                return
            if message.type is not WSMsgType.TEXT:
                return
            body = json.loads(message.data)
            path, key = self._request.path, self._emulator.key_of(self._request)
            self._emulator.asked.append(Asked(path, key, body, dict(self._request.query)))
            if body.get("close_socket"):
                await self._socket.close()
                return
            await self._take(body)

    async def _take(self, body: dict[str, Any]) -> None:
        name, text = body.get("context_id") if self._several else None, body.get("text")
        context = self._contexts.get(name)
        if context is None:
            if not text or (self._several and name is None):
                return  # a keep-alive, or the end of a context that is over
            if len(self._contexts) == _MOST_CONTEXTS:
                await self._refuse("max_contexts_exceeded", "Too many contexts")
                return
            context = self._contexts[name] = _Context(body.get("voice_settings"))
            context.task = asyncio.create_task(self._speak(name, context))
        elif body.get("voice_settings", context.settings) != context.settings:
            await self._refuse("invalid_message", "voice_settings can only be in the first message")
            return
        context.buffer += text or ""
        over = bool(body.get("close_context")) or (not self._several and text == "")
        enough = self._at_once or len(context.buffer) >= _ENOUGH
        if context.buffer.strip() and (enough or over or body.get("flush")):
            said, context.buffer = context.buffer.strip(), ""
            context.texts.put_nowait(said)
        if over:
            context.texts.put_nowait(None)

    async def _speak(self, name: str | None, context: _Context) -> None:
        while (text := await context.texts.get()) is not None:
            if not await self._say(name, text):
                return
        self._contexts.pop(name, None)
        await self._send({"isFinal": True}, name)
        if not self._several:
            await self._socket.close()

    async def _say(self, name: str | None, text: str) -> bool:
        """Whether there is more to come after this text."""
        emulator = self._emulator
        match emulator.fault:
            case Fault.HUNG:
                await emulator.hang()
            case Fault.TOO_MANY:
                await self._refuse("too_many_concurrent_requests", "Too many requests")
                return False
            case Fault.BROKEN:
                await self._refuse("internal_server_error", "Something went wrong")
                return False
            case Fault.WRONG_KEY:
                await self._refuse("invalid_api_key", "Invalid API key")
                return False
            case Fault.GARBAGE:
                await self._socket.send_str("<html>Bad Gateway</html>")
                return False
            case _:
                pass
        await emulator.wait_for_first_byte()
        return await self._sound(name, text)

    async def _sound(self, name: str | None, text: str) -> bool:
        emulator = self._emulator
        for number, (sound, at) in enumerate(zip(*emulator.sound(text, self._rate), strict=True)):
            if number:
                await emulator.wait_for_next()
            match emulator.fails_at(number):
                case Fault.STALLED:
                    await emulator.hang()
                    return False
                case Fault.DROPPED:
                    if self._request.transport:
                        self._request.transport.abort()
                    return False
                case Fault.ENDS_EARLY:
                    return True
                case _:
                    pass
            times = {
                "chars": at["chars"],
                "charStartTimesMs": at["starts"],
                "charDurationsMs": at["lasts"],
            }
            audio = base64.b64encode(sound).decode()
            message = {"audio": audio, "alignment": times, "normalizedAlignment": times}
            await self._send(message, name)
        return True

    async def _send(self, message: dict[str, Any], name: str | None) -> None:
        if not self._socket.closed:
            await self._socket.send_json(message | ({"contextId": name} if self._several else {}))

    async def _refuse(self, error: str, message: str) -> None:
        """Says why and closes, as ElevenLabs does, with the reason in both."""
        if not self._socket.closed:
            await self._socket.send_json({"message": message, "error": error, "code": _POLICY})
            await self._socket.close(code=_POLICY, message=message.encode())
