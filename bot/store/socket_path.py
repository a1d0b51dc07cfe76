"""Where the embedded server listens: in its folder, or near it if that path is too long."""

import hashlib
import os
import tempfile
from pathlib import Path

from bot.store.errors import DataFolderUnusable

LONGEST = 103  # bytes: sun_path has 108 on Linux and 104 elsewhere, with a NUL at the end


def socket_path(folder: Path) -> Path:
    """The same path for the same folder every time, so a crash leaves nothing to pile up."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return _private(Path(tempfile.gettempdir()) / f"turnwise-{os.getuid()}-{name}") / "valkey.sock"


def _private(folder: Path) -> Path:
    """A folder only we can enter: whoever reaches the socket can read every conversation."""
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or folder.is_symlink():
        raise DataFolderUnusable(f"{folder} is open to others; remove it and start again")
    return folder
