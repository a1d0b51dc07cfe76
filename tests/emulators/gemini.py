"""Gemini, as google-genai speaks to it: generateContent, streamGenerateContent, the models.

As Google does, it answers a wrong key with 400, and says in the body of a 429, not in a header,
when to come again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from aiohttp import web

from tests.emulators.emulator import Fault
from tests.emulators.http_emulator import HttpEmulator

Contents = Sequence[Mapping[str, Any]]
MODELS = ("gemini-3.6-flash", "gemini-3.5-flash-lite")
_TYPE = "type.googleapis.com/google.rpc"
_STATUS = {
    400: "INVALID_ARGUMENT",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
}


class GeminiEmulator(HttpEmulator):
    """reply: what the model says to the contents."""

    key = "AIza_a_key_of_the_tests"
    models = MODELS

    def __init__(self) -> None:
        super().__init__()
        self.reply: Callable[[Contents], str] = lambda _: "The deadline is January fifteenth."

    def routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/v1beta/models", self._list)
        router.add_get("/v1beta/models/{model}", self._get)
        router.add_post("/v1beta/models/{model}:generateContent", self._generate)
        router.add_post("/v1beta/models/{model}:streamGenerateContent", self._generate)

    def key_of(self, request: web.Request) -> str:
        return request.headers.get("x-goog-api-key", "") or request.query.get("key", "")

    def refusal(self, status: int) -> web.Response:
        details: list[dict[str, Any]] = []
        if status == 401:
            status = 400
            details.append({"@type": f"{_TYPE}.ErrorInfo", "reason": "API_KEY_INVALID"})
        if status == 429:
            details.append({"@type": f"{_TYPE}.RetryInfo", "retryDelay": f"{self.retry_after}s"})
        message = "API key not valid." if status == 400 and details else "Emulated."
        error = {"code": status, "message": message, "status": _STATUS[status], "details": details}
        return web.json_response({"error": error}, status=status)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"models": [_described(m) for m in self.models]})

    async def _get(self, request: web.Request) -> web.Response:
        model = request.match_info["model"]
        return web.json_response(_described(model)) if model in self.models else self.refusal(404)

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        model, body = request.match_info["model"], await request.json()
        if model not in self.models:
            return self.refusal(404)
        contents = body.get("contents")
        if not _is_talk(contents):
            return self.refusal(400)
        words = "" if self.fault is Fault.NO_AUDIO else self.reply(contents)
        usage = _usage(body, words)
        if request.path.endswith(":generateContent"):
            await self.wait_for_first_byte()
            return web.json_response(_part(model, words, finish="STOP", usage=usage))
        if request.query.get("alt") != "sse":
            return self.refusal(400)
        tokens = re.findall(r"\s*\S+", words)
        pieces = (_event(_part(model, token)) for token in tokens)
        end = _event(_part(model, "", finish="STOP", usage=usage))
        return await self.stream(request, pieces, end, "text/event-stream")


def _is_talk(contents: object) -> bool:
    return (
        isinstance(contents, list)
        and bool(contents)
        and contents[-1].get("role", "user") == "user"
        and all(c.get("role", "user") in ("user", "model") and c.get("parts") for c in contents)
    )


def _event(payload: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(payload).encode() + b"\r\n\r\n"


def _part(
    model: str, words: str, *, finish: str | None = None, usage: Mapping[str, int] | None = None
) -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": words}]}
    candidate: dict[str, Any] = {"content": content, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    payload: dict[str, Any] = {
        "candidates": [candidate],
        "modelVersion": model,
        "responseId": "emulated",
    }
    return payload | ({"usageMetadata": dict(usage)} if usage else {})


def _usage(body: Mapping[str, Any], words: str) -> dict[str, int]:
    system = (body.get("systemInstruction") or {}).get("parts", [])
    asked = [p for c in body["contents"] for p in c["parts"]] + system
    prompt = sum(len(str(p.get("text", "")).split()) for p in asked)
    said = len(words.split())
    return {
        "promptTokenCount": prompt,
        "candidatesTokenCount": said,
        "totalTokenCount": prompt + said,
    }


def _described(model: str) -> dict[str, Any]:
    return {
        "name": f"models/{model}",
        "version": "1",
        "displayName": model,
        "inputTokenLimit": 1048576,
        "outputTokenLimit": 65536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }
