"""Documents that come in over the operator's page.

POST ─► name and size are checked ─► a hidden file beside the others ─► building.py ─► the index

One is built at a time. Calls go on, and find it with the next question.
"""

import asyncio
import json
import re
import secrets
import sys
import time
import unicodedata
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fastapi import HTTPException
from loguru import logger
from starlette.requests import ClientDisconnect

from bot.console.building import Order
from bot.origins import LOOPBACK
from bot.settings import Settings
from rag_index.documents import READERS
from rag_index.layout import IndexProblem, current_version, read_manifest

ROOT = Path(__file__).parents[2]
LARGEST = 20 * 1024 * 1024  # bytes
COMES_WITHIN = 120.0  # seconds
BUILT_WITHIN = 900.0
MOST_WAITING = 20
REMEMBERED = 20  # of what was built
# Letters and digits of any language; nothing that a path, a shell or a page could take otherwise.
_NAME = re.compile(r"\w[\w .,()+-]{0,99}")


def safe_name(name: str) -> str:
    """The name as a file may have it. Raises HTTP 400."""
    name = unicodedata.normalize("NFC", name)
    suffix = Path(name).suffix.lower()
    if not _NAME.fullmatch(name) or len(name.encode()) > 200 or suffix not in READERS:
        kinds = ", ".join(sorted(READERS))
        raise HTTPException(
            400,
            "Name the document with letters, digits, blanks and - _ . , ( ) +, up to 100 in all, "
            f"with one of the endings {kinds}.",
        )
    return name


@dataclass
class Uploads:
    """Takes documents in, if that is allowed, and tells what became of them."""

    settings: Settings
    _waiting: deque[tuple[Path, str]] = field(default_factory=deque[tuple[Path, str]])
    _done: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _now: str | None = None
    _task: asyncio.Task[None] | None = None

    @property
    def allowed(self) -> bool:
        """As TURNWISE_UPLOADS says; unset: where only this machine reaches the server."""
        asked = self.settings.uploads
        return self.settings.host in LOOPBACK if asked is None else asked

    @property
    def folder(self) -> Path:
        """Of the help desk's documents."""
        return self.settings.knowledge / "documents"

    async def take(self, name: str, body: AsyncIterator[bytes]) -> str:
        """Its name, once it has come; it is built in the background. Raises HTTPException."""
        if not self.allowed:
            raise HTTPException(
                403, "Documents are not taken in here: the operator can set TURNWISE_UPLOADS=1."
            )
        name = safe_name(name)
        if len(self._waiting) >= MOST_WAITING:
            raise HTTPException(
                503, "Other documents are being read: try again in a moment.",
                headers={"Retry-After": "10"},
            )  # fmt: skip
        new = self.folder / f".upload-{secrets.token_hex(8)}{Path(name).suffix.lower()}"
        try:
            async with asyncio.timeout(COMES_WITHIN):
                await _save(new, body)
        except BaseException as error:
            await asyncio.to_thread(new.unlink, missing_ok=True)
            raise _in_words(error) from None
        self._waiting.append((new, name))
        logger.bind(length=new.stat().st_size).info("document_came")
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._build(), name="uploads")
        return name

    async def told(self) -> dict[str, Any]:
        """What is there, what is being built, and what became of the last ones."""
        coming = [*([self._now] if self._now else []), *(name for _, name in self._waiting)]
        return {
            "uploads": self.allowed,
            "documents": await asyncio.to_thread(_indexed, self.settings.index),
            "building": coming,
            "done": list(self._done),
        }

    async def close(self) -> None:
        """Whatever is being built is given up; the index stays as it was."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for new, _ in self._waiting:
            new.unlink(missing_ok=True)

    async def _build(self) -> None:
        while self._waiting:
            new, self._now = self._waiting.popleft()
            try:
                outcome = await self._one(new, self._now)
            except (OSError, TimeoutError, ValueError, IndexError):
                outcome = {"problem": "could not be built: the log says why"}
            finally:
                name, self._now = self._now, None
                new.unlink(missing_ok=True)
            self._done.append({"name": name, "at": time.time(), **outcome})
            logger.bind(ok="problem" not in outcome).info("document_built")

    async def _one(self, new: Path, name: str) -> dict[str, Any]:
        order = json.dumps(asdict(self._order(new, name)))
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.console.building", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(BUILT_WITHIN):
                out, _ = await process.communicate(order.encode())
            return json.loads(out.splitlines()[-1])
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _order(self, new: Path, name: str) -> Order:
        settings, folder = self.settings, str(self.folder.resolve())
        index, encoders = str(settings.index.resolve()), str(settings.encoders.resolve())
        return Order(str(new.resolve()), name, folder, index, settings.encoder, encoders)


async def _save(new: Path, body: AsyncIterator[bytes]) -> None:
    """Raises HTTP 400, 413; OSError, TimeoutError."""
    size = 0
    file = await asyncio.to_thread(new.open, "xb")
    try:
        async for part in body:
            size += len(part)
            if size > LARGEST:
                raise HTTPException(413, f"Send at most {LARGEST // (1024 * 1024)} MB.")
            await asyncio.to_thread(file.write, part)
    finally:
        await asyncio.to_thread(file.close)
    if not size:
        raise HTTPException(400, "The document is empty: send its bytes as the body.")


def _in_words(error: BaseException) -> BaseException:
    match error:
        case ClientDisconnect():
            return HTTPException(400, "The document did not come whole.")
        case TimeoutError():
            return HTTPException(408, "The document did not come in time: send it at once.")
        case OSError():
            return HTTPException(503, "The document can't be kept here: no room, or no right to.")
        case _:
            return error


def _indexed(index: Path) -> list[dict[str, Any]]:
    version = current_version(index)
    try:
        files = read_manifest(index, version)["files"] if version else []
    except IndexProblem:
        return []
    return [{"name": one["name"], "passages": one["passages"]} for one in files]
