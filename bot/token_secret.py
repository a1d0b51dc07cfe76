"""The key that tokens are signed with: set, or made once and kept where all workers find it."""

import asyncio
import functools
import os
import secrets
from pathlib import Path

from bot.settings import Settings
from bot.store import SessionStore, StoreUnreachable

FILE = "token.secret"
NAME = "secret:tokens"


@functools.cache
def _own() -> str:
    return secrets.token_urlsafe(32)


async def token_secret(settings: Settings, store: SessionStore) -> str:
    """TURNWISE_TOKEN_SECRET; else with a Redis of yours what is kept there, else a file.

    While that Redis is away, tokens are good for the worker that made them.
    """
    if settings.token_secret:
        return settings.token_secret.get_secret_value()
    if settings.redis_url is None:
        return await asyncio.to_thread(kept_in, settings.data / FILE)
    try:
        return await store.shared(NAME, _own())
    except StoreUnreachable:
        return _own()


@functools.cache
def kept_in(path: Path) -> str:
    """What is in the file, which only its owner can read; made with a new secret if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_own())
    try:
        os.link(draft, path)  # whole or not at all, and only if no other worker was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text()
