"""Keeps a process's memory where it was, however long its calls last."""

import ctypes
import time
from functools import cache
from typing import Any

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc
_EVERY_SECONDS = 3.0


def keep_memory_flat() -> None:
    """Tells glibc to give memory back: models run in threads, each with audio of any length.

    Left to itself, it makes an arena for each thread and keeps what the largest call needed. Does
    nothing where there is no glibc.
    """
    if libc := _glibc():
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 256 * 1024)
        libc.mallopt(_M_TRIM_THRESHOLD, 1024 * 1024)


class Leftovers:
    """Free memory between pieces in use, which glibc keeps: 10 MB after fifty utterances.

    `give_back` takes 1-2 ms, every three seconds at most: for the thread that left them.
    """

    def __init__(self) -> None:
        self._given_back = time.monotonic()

    def give_back(self) -> None:
        """To the system, if it is time."""
        now = time.monotonic()
        if now - self._given_back < _EVERY_SECONDS:
            return
        self._given_back = now
        if libc := _glibc():
            libc.malloc_trim(0)


@cache
def _glibc() -> Any:
    """None where there is none."""
    try:
        libc = ctypes.CDLL("libc.so.6")
        return libc if libc.mallopt and libc.malloc_trim else None
    except (OSError, AttributeError):
        return None
