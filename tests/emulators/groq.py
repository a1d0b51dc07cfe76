"""Groq: chat completions (streaming), transcriptions, the list of models.

Also stands for any server that speaks OpenAI's API: its paths are below `openai_url`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.emulators.emulator import Fault
from tests.emulators.http_emulator import HttpEmulator

Messages = Sequence[Mapping[str, Any]]
MODELS = ("openai/gpt-oss-120b", "openai/gpt-oss-20b", "whisper-large-v3", "whisper-large-v3-turbo")
_ROLES = {"system", "user", "assistant", "tool"}
_ERRORS = {
    400: ("invalid_request_error", "invalid_request"),
    401: ("invalid_request_error", "invalid_api_key"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("tokens", "rate_limit_exceeded"),
    500: ("internal_server_error", "internal_server_error"),
}


class GroqEmulator(HttpEmulator):
    """reply: what the model says to the messages. transcript: what is heard in a WAV file."""

    key = "gsk_a_key_of_the_tests"
    models = MODELS

    def __init__(self) -> None:
        super().__init__()
        self.reply: Callable[[Messages], str] = lambda _: "The deadline is January fifteenth."
        self.transcript: Callable[[bytes], str] = lambda _: "When is the deadline?"

    @property
    def openai_url(self) -> str:
        """Where clients of OpenAI's API find it."""
        return f"{self.url}/openai/v1"

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/openai/v1/chat/completions", self._chat)
        router.add_post("/openai/v1/audio/transcriptions", self._transcribe)
        router.add_get("/openai/v1/models", self._models)

    def key_of(self, request: web.Request) -> str:
        return request.headers.get("Authorization", "").removeprefix("Bearer ")

    def refusal(self, status: int) -> web.Response:
        kind, code = _ERRORS[status]
        headers = {"retry-after": str(self.retry_after)} if status == 429 else {}
        error = {"message": f"Emulated: {code}", "type": kind, "code": code}
        return web.json_response({"error": error}, status=status, headers=headers)

    async def _models(self, _: web.Request) -> web.Response:
        rows = [
            {"id": m, "object": "model", "created": 1, "owned_by": "Groq", "active": True}
            for m in self.models
        ]
        return web.json_response({"object": "list", "data": rows})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body.get("model") not in self.models:
            return self.refusal(404)
        if not _is_talk(body.get("messages")):
            return self.refusal(400)
        words = "" if self.fault is Fault.NO_AUDIO else self.reply(body["messages"])
        if not body.get("stream"):
            await self.wait_for_first_byte()
            return web.json_response(_whole(body, words))
        wants_usage = (body.get("stream_options") or {}).get("include_usage", False)
        pieces = (_event(_chunk(body, {"content": token})) for token in _tokens(words))
        end = _event(_chunk(body, {}, finish="stop"))
        if wants_usage:
            end += _event({**_chunk(body, {}), "choices": [], "usage": _usage(body, words)})
        return await self.stream(request, pieces, end + b"data: [DONE]\n\n", "text/event-stream")

    async def _transcribe(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        file = form.get("file")
        if form.get("model") not in self.models:
            return self.refusal(404)
        if not isinstance(file, web.FileField):
            return self.refusal(400)
        file.file.seek(0)
        wav = file.file.read()
        if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
            return self.refusal(400)
        text = "" if self.fault is Fault.NO_AUDIO else self.transcript(wav)
        whole = json.dumps({"text": text, "x_groq": {"id": "req_emulated"}}).encode()
        step = max(1, len(whole) // 4)
        parts = (whole[i : i + step] for i in range(0, len(whole), step))
        return await self.stream(request, parts)


def _is_talk(messages: object) -> bool:
    return (
        isinstance(messages, list)
        and bool(messages)
        and all(
            isinstance(m, dict) and m.get("role") in _ROLES and "content" in m for m in messages
        )
    )


def _tokens(words: str) -> Iterator[str]:
    yield from re.findall(r"\s*\S+", words)


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def _chunk(
    body: Mapping[str, Any], delta: Mapping[str, str], finish: str | None = None
) -> dict[str, Any]:
    return {
        "id": "chatcmpl-emulated",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": body["model"],
        "system_fingerprint": "fp_emulated",
        "choices": [
            {"index": 0, "delta": {"role": "assistant", **delta}, "logprobs": None,
             "finish_reason": finish}
        ],
        "x_groq": {"id": "req_emulated"},
    }  # fmt: skip


def _usage(body: Mapping[str, Any], words: str) -> dict[str, Any]:
    prompt = sum(len(str(m["content"]).split()) for m in body["messages"])
    said = len(words.split())
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_time": 0.01,
        "completion_time": 0.1,
        "total_time": 0.11,
        "queue_time": 0.01,
    }


def _whole(body: Mapping[str, Any], words: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": words}
    return {
        "id": "chatcmpl-emulated",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": _usage(body, words),
        "x_groq": {"id": "req_emulated"},
    }
