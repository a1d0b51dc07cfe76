"""A session store for somebody who looks on, whether or not a server is running."""

from pathlib import Path
from urllib.parse import quote

from bot.store import SessionStore, open_store
from bot.store.errors import DataFolderInUse
from bot.store.keeping import Keeping
from bot.store.socket_path import socket_path


async def reach_store(url: str | None, folder: Path, keeping: Keeping) -> SessionStore:
    """As open_store; where a running server has the folder, through that server's own store.

    Raises StoreError.
    """
    try:
        return await open_store(url, folder, keeping)
    except DataFolderInUse:
        return await open_store(_running(folder), folder, keeping)


def _running(folder: Path) -> str:
    return f"unix://{quote(str(socket_path(folder.resolve())))}"
