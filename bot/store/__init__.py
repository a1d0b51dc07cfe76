"""Conversations in Redis. Nothing outside this package knows Redis.

open_store(url, folder) ─► SessionStore
                             append ─► Backlog ─► Writer ─► Delivery ─► write.lua in Redis
                             read, events ─► Breaker ─► Redis
                             open ─► Leases: one worker holds a session
url None: EmbeddedValkey, a server of our own in `folder`
"""

from pathlib import Path

from bot.store.connection import connect
from bot.store.embedded import EmbeddedValkey
from bot.store.errors import (
    DataFolderInUse,
    DataFolderUnusable,
    StoreDamaged,
    StoreError,
    StoreSealed,
    StoreUnreachable,
)
from bot.store.keeping import Keeping
from bot.store.records import SessionRecord
from bot.store.sessions import SessionStore
from bot.store.urls import parse_url

__all__ = [
    "DataFolderInUse",
    "DataFolderUnusable",
    "EmbeddedValkey",
    "Keeping",
    "SessionRecord",
    "SessionStore",
    "StoreDamaged",
    "StoreError",
    "StoreSealed",
    "StoreUnreachable",
    "open_store",
]


async def open_store(url: str | None, folder: Path, keeping: Keeping | None = None) -> SessionStore:
    """Connect to the Redis at `url`, or start one of our own in `folder`.

    Raises StoreError, whose text is one line that says what to do.
    """
    server = EmbeddedValkey(folder) if url is None else None
    if server:
        await server.start()
    try:
        address = parse_url(url if url is not None else server.url if server else "")
        client = await connect(address)
    except BaseException:
        if server:
            await server.stop()
        raise
    return SessionStore(
        client,
        where=f"the embedded store in {folder}" if server else f"Redis at {address}",
        keeping=keeping,
        cluster=address.form == "cluster",
        server=server,
    )
