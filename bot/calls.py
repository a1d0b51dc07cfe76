"""The calls that this process holds."""

import asyncio
import secrets
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException
from loguru import logger

RETRY_SECONDS = 5


@dataclass
class Calls:
    """At most `room` at once; each in a task of its own, so that none takes another down."""

    room: int
    room_each: int = 0  # calls at once of one owner; 0: as many as there is room
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    _owners: dict[str, str] = field(default_factory=dict[str, str])

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def full(self) -> bool:
        """Whether another call would be refused."""
        return len(self._tasks) >= self.room

    def admit(self, owner: str = "") -> str:
        """An id for a new session of the owner's. Raises HTTP 503 or 429 as `check_room` does."""
        self.check_room(owner)
        return secrets.token_urlsafe(12)

    def check_room(self, owner: str = "") -> None:
        """Raises HTTP 503 when there is no room, 429 when the owner has all that is theirs.

        owner: which key let the caller in; "" where no key is asked for.
        """
        if self.full:
            raise HTTPException(
                503,
                "All lines are busy: try again in a moment.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        if owner and self.room_each and self._of(owner) >= self.room_each:
            raise HTTPException(
                429,
                f"This key has {self.room_each} calls at once already, as many as it may: end one, "
                "or try again in a moment.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )

    def holds(self, session_id: str) -> bool:
        """Whether the call is under way here."""
        return session_id in self._tasks

    def hold(self, session_id: str, call: Coroutine[Any, Any, None], owner: str = "") -> None:
        """Runs the call until it ends."""
        task = asyncio.create_task(call, name=f"session {session_id}")
        self._tasks[session_id], self._owners[session_id] = task, owner
        task.add_done_callback(lambda done: self._ended(session_id, done))

    def _of(self, owner: str) -> int:
        return sum(one == owner for one in self._owners.values())

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(session_id) is task:
            del self._tasks[session_id], self._owners[session_id]
        if not task.cancelled() and (error := task.exception()):
            logger.bind(session=session_id, error=repr(error)).error("session_failed")

    async def end(self, session_id: str) -> None:
        """Ends one call, now; nothing to do if it isn't held here."""
        if task := self._tasks.get(session_id):
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def end_all(self) -> None:
        """Ends every call, now."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
