"""What a process does with memory that it needs no more."""

import subprocess
import sys

_FRAGMENTED = """
import ctypes, re
from pathlib import Path
from bot.memory import Leftovers, keep_memory_flat
import bot.memory

def own():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

keep_memory_flat()
libc = ctypes.CDLL("libc.so.6")
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = (
    ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p],
)
pieces = [libc.malloc(60_000) for _ in range(1000)]
for piece in pieces:
    ctypes.memset(piece, 1, 60_000)
for piece in pieces[:-1]:
    libc.free(piece)
before = own()
leftovers = Leftovers()
leftovers.give_back()
too_soon = own()
bot.memory._EVERY_SECONDS = 0.0
leftovers.give_back()
print(before - too_soon, before - own())
"""


def test_what_is_free_between_what_is_used_is_given_back():
    """57 MB below a piece still in use go back to the system, but not more often than set."""
    found = subprocess.run(
        [sys.executable, "-c", _FRAGMENTED], capture_output=True, text=True, check=True
    )
    too_soon, given_back = map(float, found.stdout.split())
    assert too_soon < 5
    assert given_back > 50
