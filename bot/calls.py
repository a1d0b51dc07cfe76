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
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def full(self) -> bool:
        """Whether another call would be refused."""
        return len(self._tasks) >= self.room

    def admit(self) -> str:
        """An id for a new session. Raises HTTP 503 when there is no room."""
        if self.full:
            raise HTTPException(
                503,
                "All lines are busy: try again in a moment.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        return secrets.token_urlsafe(12)

    def hold(self, session_id: str, call: Coroutine[Any, Any, None]) -> None:
        """Runs the call until it ends."""
        task = asyncio.create_task(call, name=f"session {session_id}")
        self._tasks[session_id] = task
        task.add_done_callback(lambda done: self._ended(session_id, done))

    def _ended(self, session_id: str, task: asyncio.Task[None]) -> None:
        self._tasks.pop(session_id, None)
        if not task.cancelled() and (error := task.exception()):
            logger.bind(session=session_id, error=repr(error)).error("session_failed")

    async def end_all(self) -> None:
        """Ends every call, now."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
