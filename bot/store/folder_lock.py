"""One server a data folder."""

import asyncio
import fcntl
import os
from pathlib import Path

from bot.store.errors import DataFolderInUse, DataFolderUnusable

PREDECESSOR_ENDS_WITHIN = 3.0
CHECK_EVERY = 0.05


class FolderLock:
    """Held from `acquire` until we and the server that inherits `fileno` are both gone.

    The kernel releases it, however a process ends, so there is no stale lock: the file may stay.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None

    @property
    def fileno(self) -> int:
        """For the server to inherit, so that the folder is taken until it has written its last."""
        assert self._file is not None, "the folder is not locked"
        return self._file

    async def acquire(self) -> None:
        """Take the folder, or raise DataFolderInUse after 3 s.

        After a crash the dead owner's server needs a moment to write its last and end.
        """
        file = self._open()
        try:
            await self._lock(file)
        except BaseException:
            os.close(file)
            raise
        os.ftruncate(file, 0)
        os.pwrite(file, str(os.getpid()).encode(), 0)
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _open(self) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self._folder / "valkey.lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataFolderUnusable(
                f"{self._folder} can't hold the conversations ({error.strerror}); "
                "set TURNWISE_DATA to a folder that can be written, or TURNWISE_REDIS_URL"
            ) from error

    async def _lock(self, file: int) -> None:
        deadline = asyncio.get_running_loop().time() + PREDECESSOR_ENDS_WITHIN
        while not _locked(file):
            if asyncio.get_running_loop().time() > deadline:
                owner = os.pread(file, 32, 0).decode(errors="replace")
                raise DataFolderInUse(
                    f"another Turnwise server uses {self._folder}; stop it (process {owner}), or "
                    "set TURNWISE_DATA to another folder / TURNWISE_REDIS_URL"
                )
            await asyncio.sleep(CHECK_EVERY)


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
