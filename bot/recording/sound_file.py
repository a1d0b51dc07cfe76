"""A two-channel WAV that can be read while it grows, and the events beside it. Blocking."""

import json
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
import soxr

RATE = 16000  # Hz, of both channels: what the recogniser hears
HEADER_BYTES = 44
FRAME_BYTES = 4  # left and right, 16 bits each
_FORMAT = struct.Struct("<4sI4s4sIHHIIHH4sI")


class Channel:
    """Sound of any rate in, int16 at RATE out."""

    def __init__(self) -> None:
        self._rate = RATE
        self._resampler: Any = None
        self.waiting = np.zeros(0, dtype=np.int16)

    def add(self, pcm: bytes, rate: int, *, last: bool) -> None:
        """pcm: 16-bit mono. last: nothing follows."""
        samples = np.frombuffer(pcm, dtype=np.int16)
        if rate != RATE:
            if rate != self._rate:
                self._rate = rate
                self._resampler = soxr.ResampleStream(rate, RATE, 1, dtype="int16")
            samples = self._resampler.resample_chunk(samples, last=last)
        self.waiting = np.concatenate([self.waiting, samples])

    def take(self, count: int) -> np.ndarray:
        """The next samples, with silence where there are fewer."""
        taken, self.waiting = self.waiting[:count], self.waiting[count:]
        return np.pad(taken, (0, count - len(taken)))


class SoundFile:
    """`N.wav` and `N.jsonl` in a folder, N the first number that is free. Raises OSError."""

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._sound = _first_free(folder)
        self._events = Path(self._sound.name).with_suffix(".jsonl").open("a", encoding="utf-8")
        self._caller, self._bot = Channel(), Channel()
        self._frames = 0
        self._sound.write(_header(0))
        self.note([about])

    def write(
        self, caller: tuple[bytes, int], bot: tuple[bytes, int], *, last: bool = False
    ) -> None:
        """What both have said since; each with its rate. last: nothing follows."""
        self._caller.add(*caller, last=last)
        self._bot.add(*bot, last=last)
        lengths = len(self._caller.waiting), len(self._bot.waiting)
        count = max(lengths) if last else min(lengths)
        both = np.column_stack([self._caller.take(count), self._bot.take(count)])
        self._sound.write(both.astype("<i2").tobytes())
        self._frames += count
        self._sound.seek(0)
        self._sound.write(_header(self._frames))
        self._sound.seek(0, 2)
        self._sound.flush()

    def note(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Events, one a line."""
        self._events.writelines(f"{json.dumps(entry)}\n" for entry in entries)
        self._events.flush()

    def close(self) -> None:
        """Both files are whole."""
        self._events.close()
        self._sound.close()


def _first_free(folder: Path) -> IO[bytes]:
    number = 1
    while True:
        try:
            return (folder / f"{number}.wav").open("xb")
        except FileExistsError:
            number += 1


def _header(frames: int) -> bytes:
    size = frames * FRAME_BYTES
    return _FORMAT.pack(
        b"RIFF", size + HEADER_BYTES - 8, b"WAVE", b"fmt ", 16, 1, 2, RATE, RATE * FRAME_BYTES,
        FRAME_BYTES, 16, b"data", size,
    )  # fmt: skip
