"""Which sessions are this worker's, and by which fencing numbers. No I/O, no clock."""

import os
import secrets
import socket

REMEMBERED = 10_000  # sessions whose calls are over, whose last entries may still come


def worker_name() -> str:
    """Another one for each process, wherever it runs, each time it starts."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Leases:
    """
    taken ─► fence(session) goes with each write, `held` are renewed
          ─► released: written to still, renewed no more
          ─► lost: another worker's
    """

    def __init__(self) -> None:
        self._fences: dict[str, int] = {}
        self._held: dict[str, None] = {}

    @property
    def held(self) -> list[str]:
        """The sessions whose calls are under way here."""
        return list(self._held)

    def fence(self, session_id: str) -> int:
        """0: it was never ours."""
        return self._fences.get(session_id, 0)

    def taken(self, session_id: str, fence: int) -> None:
        """It is ours, by this number."""
        self._fences[session_id] = fence
        self._held[session_id] = None

    def released(self, session_id: str) -> None:
        """The call is over."""
        self._held.pop(session_id, None)
        if session_id in self._fences:
            self._fences[session_id] = self._fences.pop(session_id)  # the last to be forgotten
        if len(self._fences) - len(self._held) > REMEMBERED:
            del self._fences[next(one for one in self._fences if one not in self._held)]

    def lost(self, session_id: str) -> None:
        """Another worker has it, or it was forgotten."""
        self._held.pop(session_id, None)
        self._fences.pop(session_id, None)
