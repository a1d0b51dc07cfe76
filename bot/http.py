"""What every HTTP door shares: keys, bounded bodies, plain errors."""

import hmac
import json
from typing import Any

from fastapi import HTTPException, Request

from bot.settings import Settings

LARGEST_BODY = 64 * 1024  # bytes; an offer with many candidates has about 8 KiB


def check_key(request: Request) -> None:
    """401 unless the request carries one of the keys; nothing to do where none are set."""
    settings: Settings = request.app.state.settings
    if not settings.api_keys:
        return
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    known = [hmac.compare_digest(given, key.encode()) for key in settings.api_keys]
    if not any(known):
        raise HTTPException(401, "Send `Authorization: Bearer KEY` with one of the server's keys.")


async def read_json(request: Request) -> dict[str, Any]:
    """The body as a JSON object, at most LARGEST_BODY bytes of it."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"Send at most {LARGEST_BODY} bytes.")
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        raise HTTPException(400, "The body is not JSON: send one JSON object.") from None
    if not isinstance(found, dict):
        raise HTTPException(400, "Send one JSON object.")
    return found
