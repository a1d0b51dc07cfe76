"""Keeps a process's memory where it was, however long its calls last."""

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc


def keep_memory_flat() -> None:
    """Tells glibc to give memory back: models run in threads, each with audio of any length.

    Left to itself, it makes an arena for each thread and keeps what the largest call needed. Does
    nothing where there is no glibc.
    """
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_ARENA_MAX, 2)
    mallopt(_M_MMAP_THRESHOLD, 256 * 1024)
    mallopt(_M_TRIM_THRESHOLD, 1024 * 1024)
