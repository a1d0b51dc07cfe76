"""ElevenLabs: speech over WebSocket (stream-input, multi-stream-input) and HTTP; voices, models."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.emulators.elevenlabs_socket import Socket
from tests.emulators.emulator import Fault
from tests.emulators.http_emulator import HttpEmulator
from tests.emulators.tone import pieces, tone

MODELS = ("eleven_flash_v2_5", "eleven_multilingual_v2")
VOICES = {"21m00Tcm4TlvDq8ikWAM": "Rachel", "EXAVITQu4vr4xnSDxMaL": "Sarah"}
_STATUS = {
    400: "invalid_parameters",
    401: "invalid_api_key",
    404: "voice_not_found",
    429: "too_many_concurrent_requests",
    500: "internal_server_error",
}


class ElevenLabsEmulator(HttpEmulator):
    """speech: 16-bit mono PCM of a text at a rate. `spoken`: the texts, in order.

    On a WebSocket, a key is found wrong once it is open, as ElevenLabs does it.
    """

    key = "sk_a_key_of_the_tests"
    models = MODELS

    def __init__(self, *, tls: Path | None = None) -> None:
        super().__init__(tls=tls)
        self.speech: Callable[[str, int], bytes] = tone
        self.spoken: list[str] = []
        self.voices = dict(VOICES)
        self.idle_seconds = 20.0  # without a message, after which a socket is closed

    def routes(self, router: web.UrlDispatcher) -> None:
        speech = "/v1/text-to-speech/{voice}"
        router.add_get(f"{speech}/multi-stream-input", self._socket)
        router.add_get(f"{speech}/stream-input", self._socket)
        router.add_post(f"{speech}/stream", self._stream)
        router.add_post(f"{speech}/stream/with-timestamps", self._stream_with_timestamps)
        router.add_get("/v1/voices", self._voices)
        router.add_get("/v2/voices", self._voices)
        router.add_get("/v1/models", self._models)
        router.add_get("/v1/user", self._user)
        router.add_get("/v1/user/subscription", self._subscription)

    def key_of(self, request: web.Request) -> str:
        return request.headers.get("xi-api-key", "")

    def refusal(self, status: int) -> web.Response:
        headers = {"retry-after": str(self.retry_after)} if status == 429 else {}
        detail = {"status": _STATUS[status], "message": "Emulated."}
        return web.json_response({"detail": detail}, status=status, headers=headers)

    def sound(self, text: str, rate: int) -> tuple[list[bytes], list[dict[str, Any]]]:
        """The pieces of a text's audio, and which characters each holds: start and length in ms."""
        self.spoken.append(text)
        if self.fault is Fault.NO_AUDIO:
            return [b""], [{"chars": [], "starts": [], "lasts": []}]
        sounds = pieces(self.speech(text, rate), rate)
        return sounds, list(_aligned(text, sounds, rate))

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        return await Socket(self, request).serve()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        problem, rate, body = await self._checked(request)
        if problem:
            return problem
        sounds, _ = self.sound(body["text"], rate)
        return await self.stream(request, sounds, kind="audio/pcm")

    async def _stream_with_timestamps(self, request: web.Request) -> web.StreamResponse:
        problem, rate, body = await self._checked(request)
        if problem:
            return problem
        lines = (
            json.dumps(
                {
                    "audio_base64": base64.b64encode(sound).decode(),
                    "alignment": _in_seconds(at),
                    "normalized_alignment": _in_seconds(at),
                }
            ).encode()
            + b"\n"
            for sound, at in zip(*self.sound(body["text"], rate), strict=True)
        )
        return await self.stream(request, lines)

    async def _checked(
        self, request: web.Request
    ) -> tuple[web.Response | None, int, dict[str, Any]]:
        kind, _, rate = request.query.get("output_format", "mp3_44100_128").partition("_")
        body = await request.json()
        if request.match_info["voice"] not in self.voices:
            return self.refusal(404), 0, body
        if kind != "pcm" or body.get("model_id") not in (None, *self.models) or not body["text"]:
            return self.refusal(400), 0, body
        return None, int(rate), body

    async def _voices(self, _: web.Request) -> web.Response:
        voices = [
            {"voice_id": voice, "name": name, "category": "premade"}
            for voice, name in self.voices.items()
        ]
        return web.json_response({"voices": voices, "has_more": False, "total_count": len(voices)})

    async def _models(self, _: web.Request) -> web.Response:
        rows = [{"model_id": m, "name": m, "can_do_text_to_speech": True} for m in self.models]
        return web.json_response(rows)

    async def _user(self, _: web.Request) -> web.Response:
        user = {"user_id": "emulated", "is_new_user": False, "subscription": _SUBSCRIPTION}
        return web.json_response(user)

    async def _subscription(self, _: web.Request) -> web.Response:
        return web.json_response(_SUBSCRIPTION)


_SUBSCRIPTION = {
    "tier": "creator",
    "character_count": 1000,
    "character_limit": 100000,
    "status": "active",
}


def _aligned(text: str, sounds: list[bytes], rate: int) -> Iterator[dict[str, Any]]:
    """Times restart in each piece, as with ElevenLabs."""
    total = sum(len(s) for s in sounds)
    done = 0
    for sound in sounds:
        first, last = (round(len(text) * at / total) for at in (done, done + len(sound)))
        done += len(sound)
        chars = list(text[first:last])
        step = len(sound) / 2 / rate * 1000 / max(1, len(chars))
        starts = [int(i * step) for i in range(len(chars))]
        yield {"chars": chars, "starts": starts, "lasts": [int(step)] * len(chars)}


def _in_seconds(at: dict[str, Any]) -> dict[str, Any]:
    return {
        "characters": at["chars"],
        "character_start_times_seconds": [s / 1000 for s in at["starts"]],
        "character_end_times_seconds": [
            (s + n) / 1000 for s, n in zip(at["starts"], at["lasts"], strict=True)
        ],
    }
