"""Becomes the Valkey server, with its life tied to ours first. Run as a program, never imported.

    launcher.py PARENT_PID SERVER ARGUMENT...

A program of its own and not a `preexec_fn`, which runs Python between fork and exec while other
threads hold locks. The kernel sends SIGTERM when the thread that started us ends, `kill -9`
included; the setting survives `execv`. Costs about 20 ms and no process that stays.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PRIVATE = 0o077


def die_with(parent: int) -> None:
    """Have the kernel end us when our parent ends. Linux only; elsewhere the server outlives it."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        sys.exit("the process that started the store has ended")


if __name__ == "__main__":
    os.umask(PRIVATE)
    die_with(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])
