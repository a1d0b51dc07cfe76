"""What every HTTP door shares: bounded bodies, plain errors."""

import asyncio
import json
from typing import Any

from fastapi import HTTPException, Request

from bot.settings import Settings

LARGEST_BODY = 64 * 1024  # bytes; an offer with many candidates has about 8 KiB


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object, at most LARGEST_BODY bytes of it, within the time set."""
    body = await read_body(request)
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON: send one JSON object.") from None
    if not isinstance(found, dict):
        raise HTTPException(400, "Send one JSON object.")
    return found


async def read_body(request: Request) -> bytes:
    """The body, at most LARGEST_BODY bytes of it, within the time set."""
    settings: Settings = request.app.state.settings
    try:
        async with asyncio.timeout(settings.handshake_seconds):
            return await _body(request)
    except TimeoutError:
        raise HTTPException(408, "The body did not come in time: send it at once.") from None


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"Send at most {LARGEST_BODY} bytes.")
    return body
