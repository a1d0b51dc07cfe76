"""Records a connection of a call, off the event loop. What goes wrong costs the recording only."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from loguru import logger

from bot.recording.places import folder_of, remove
from bot.recording.sound_file import RATE, SoundFile
from conversation.tracks import LOOSE, Track
from processors.ports import Journal

EVERY_SECONDS = 0.5  # between batches
BEHIND = 2 * LOOSE  # seconds that a late sound has before silence stands in its place
MOST_WAITING = 40  # batches that a slow disk may owe: 20 s, about 1.5 MB
QUIET = 200  # of 32767
_NO_EVENT = "context"  # replaces what the session goes on with, words and all

# One thread for all calls of the process: a disk does one thing at a time.
_DISK = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recordings")


@dataclass
class Side:
    """What one side has said since the last batch."""

    track: Track = field(default_factory=Track)
    rate: int = RATE
    pcm: bytearray = field(default_factory=bytearray)

    def add(self, pcm: bytes, rate: int, *, now: float) -> None:
        self.rate = rate
        seconds = len(pcm) / (2 * rate)
        silence = self.track.place(seconds, now=now, quiet=_quiet(pcm))
        if silence is not None:
            self.pcm += self._silent(silence) + pcm

    def take(self, until: float) -> tuple[bytes, int]:
        self.pcm += self._silent(self.track.fill(until))
        taken, self.pcm = bytes(self.pcm), bytearray()
        return taken, self.rate

    def _silent(self, seconds: float) -> bytes:
        return bytes(2 * round(seconds * self.rate))


class Recorder:
    """heard, said, journal ─► batches ─► the disk's thread. Nothing is written without a sound."""

    def __init__(
        self,
        root: Path,
        session_id: str,
        about: Mapping[str, Any],
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """about: what the first line of the events says besides, such as `owner`."""
        self._root, self._session_id = root, session_id
        self._clock, self._began = clock, clock()
        self._about = {"kind": "recording", "at": wall_clock(), "rate": RATE, **about}
        self._caller, self._bot = Side(), Side()
        self._entries: list[dict[str, Any]] = []
        self._sounded = False
        self._sent = 0.0
        self._waiting: list[Future[None]] = []
        self._file: SoundFile | None = None  # the disk's thread alone uses it
        self.failed = False
        """Whether it was given up."""

    def heard(self, pcm: bytes, rate: int) -> None:
        """The caller's next sound. 16-bit mono. About 10 µs."""
        self._add(self._caller, pcm, rate)

    def said(self, pcm: bytes, rate: int) -> None:
        """The next sound that the caller was sent, when it was played."""
        self._add(self._bot, pcm, rate)

    def beside(self, journal: Journal) -> Journal:
        """The journal, whose entries are kept beside the sound as well."""

        def keep(entry: Mapping[str, Any]) -> None:
            if entry.get("kind") != _NO_EVENT:
                self._entries.append({**entry, "t": round(self._clock() - self._began, 3)})
            journal(entry)

        return keep

    async def close(self, *, discard: bool = False) -> None:
        """All of it is on disk, or `discard`ed."""
        if self._sounded and not self.failed and not discard:
            self._send(max(self._caller.track.end, self._bot.track.end), last=True)
        await asyncio.wrap_future(_DISK.submit(self._close, discard))

    def _add(self, side: Side, pcm: bytes, rate: int) -> None:
        if self.failed:
            return
        self._sounded = True
        now = self._clock() - self._began
        side.add(pcm, rate, now=now)
        if now - self._sent >= EVERY_SECONDS:
            self._sent = now
            self._send(max(0.0, now - BEHIND), last=False)

    def _send(self, until: float, *, last: bool) -> None:
        self._waiting = [one for one in self._waiting if not one.done()]
        if len(self._waiting) >= MOST_WAITING:
            self._give_up("the disk is too slow")
            return
        caller, bot = self._caller.take(until), self._bot.take(until)
        entries, self._entries = self._entries, []
        self._waiting.append(_DISK.submit(self._write, caller, bot, entries, last))

    def _write(
        self,
        caller: tuple[bytes, int],
        bot: tuple[bytes, int],
        entries: list[dict[str, Any]],
        last: bool,
    ) -> None:
        if self.failed:
            return
        try:
            if self._file is None:
                self._file = SoundFile(folder_of(self._root, self._session_id), self._about)
            self._file.write(caller, bot, last=last)
            self._file.note(entries)
        except (OSError, ValueError) as error:
            self._give_up(type(error).__name__)

    def _close(self, discard: bool) -> None:
        try:
            if self._file:
                self._file.close()
        except OSError as error:
            self._give_up(type(error).__name__)
        if discard:
            remove(self._root, self._session_id)

    def _give_up(self, why: str) -> None:
        if not self.failed:
            self.failed = True
            logger.bind(session=self._session_id, error=why).error("recording_stopped")


def _quiet(pcm: bytes) -> bool:
    return int(np.abs(np.frombuffer(pcm, dtype=np.int16)).max(initial=0)) < QUIET
