"""What the embedded server printed, and what it means for the operator."""

import os
import re
from pathlib import Path
from typing import BinaryIO

from bot.store.errors import DataFolderUnusable, StoreDamaged, StoreError

DAMAGED = re.compile(
    r"Bad file format|AOF MANIFEST|Unable to obtain the AOF|Unexpected end of file|Unrecoverable|"
    r"wrong signature|RDB preamble"
)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class ServerLog:
    """`valkey.log` in the data folder: this start's output, the start before in `valkey.log.1`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.path = folder / "valkey.log"

    def fresh(self) -> BinaryIO:
        if self.path.exists():
            self.path.replace(self.path.with_suffix(".log.1"))
        return open(self.path, "wb", opener=_private)

    def explain(self) -> StoreError:
        """Why the server that has just ended did not start."""
        lines = [line for line in self.path.read_text(errors="replace").splitlines() if line]
        if any(DAMAGED.search(line) for line in lines):
            return StoreDamaged(
                f"the conversations in {self._folder} are damaged and can't be read; move away "
                f"{self._folder / 'appendonlydir'} to start without them (details: {self.path})"
            )
        said = lines[-1].split(" # ")[-1] if lines else "nothing"
        return DataFolderUnusable(
            f"the store in {self._folder} did not start; the server said: {said} "
            f"(details: {self.path}). Correct that, or set TURNWISE_REDIS_URL"
        )
