"""Where recordings are, how long they stay, and whose they are."""

import hashlib
import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from loguru import logger

LONGEST_NAME = 200  # bytes; file systems take 255
DAY = 86_400


def folder_of(root: Path, session_id: str) -> Path:
    """Its own for each session, and never outside of `root`."""
    name = quote(session_id, safe="", errors="surrogatepass").replace(".", "%2E")
    if len(name) > LONGEST_NAME:
        digest = hashlib.sha256(session_id.encode(errors="surrogatepass")).hexdigest()
        name = f"{name[: LONGEST_NAME - len(digest) - 1]}~{digest}"
    return root / name


def parts(folder: Path) -> list[Path]:
    """The sound files of a session, the first connection first."""
    numbered = (path for path in folder.glob("*.wav") if path.stem.isdecimal())
    return sorted(numbered, key=lambda path: int(path.stem))


def events_of(part: Path) -> list[dict[str, Any]]:
    """What happened during a part, the recording's own line first. Raises OSError, ValueError."""
    lines = part.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def owner_of(root: Path, session_id: str) -> str | None:
    """Which key the recorded call had come by; None: nothing is recorded of it."""
    for part in parts(folder_of(root, session_id)):
        try:
            return str(events_of(part)[0]["owner"])
        except (OSError, ValueError, LookupError):
            continue
    return None


def remove(root: Path, session_id: str) -> None:
    """All that was recorded of a session."""
    shutil.rmtree(folder_of(root, session_id), ignore_errors=True)


def sweep(root: Path, days: int, *, now: float | None = None) -> None:
    """Removes what nobody has written to for so many days. Several workers may do it at once."""
    oldest = (time.time() if now is None else now) - days * DAY
    for folder in _folders(root):
        try:
            newest = max((path.stat().st_mtime for path in folder.iterdir()), default=0.0)
        except OSError:  # another worker was first
            continue
        if newest < oldest:
            shutil.rmtree(folder, ignore_errors=True)
            logger.info("recording_expired")


def _folders(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from (path for path in root.iterdir() if path.is_dir())
