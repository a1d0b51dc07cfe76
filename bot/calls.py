"""The calls that this process holds."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException
from loguru import logger

RETRY_SECONDS = 5
LEAVE_SECONDS = 2.0  # for the last words to a client

Leave = Callable[[str], Awaitable[None]]
"""Tells the client why its call ends here: `ended`, `taken_over`, `draining`."""


@dataclass
class Held:
    """A call under way."""

    task: asyncio.Task[None]
    owner: str
    leave: Leave | None = None


@dataclass
class Calls:
    """At most `room` at once; each in a task of its own, so that none takes another down."""

    room: int
    room_each: int = 0  # calls at once of one owner; 0: as many as there is room
    _held: dict[str, Held] = field(default_factory=dict[str, Held])

    def __len__(self) -> int:
        return len(self._held)

    @property
    def full(self) -> bool:
        """Whether another call would be refused."""
        return len(self._held) >= self.room

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
        return session_id in self._held

    def hold(
        self, session_id: str, call: Coroutine[Any, Any, None], owner: str = ""
    ) -> asyncio.Task[None]:
        """Runs the call until it ends."""
        task = asyncio.create_task(call, name=f"session {session_id}")
        self._held[session_id] = Held(task, owner)
        task.add_done_callback(self._ended)
        return task

    async def hold_to_end(
        self, session_id: str, call: Coroutine[Any, Any, None], owner: str = ""
    ) -> None:
        """As `hold`, and returns when the call is over; a door that gives up takes it down."""
        task = self.hold(session_id, call, owner)
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()

    def on_end(self, session_id: str, leave: Leave) -> None:
        """How the call's client is told the reason if it is ended from outside."""
        self._held[session_id].leave = leave

    async def rename(self, old: str, new: str) -> None:
        """The call turns out to be the session `new`; whoever holds that session loses it."""
        while old != new and new in self._held:
            await self.end(new, "taken_over")
        self._held[new] = self._held.pop(old)

    def _of(self, owner: str) -> int:
        return sum(held.owner == owner for held in self._held.values())

    def _ended(self, task: asyncio.Task[None]) -> None:
        session_id = next((name for name, held in self._held.items() if held.task is task), "")
        self._held.pop(session_id, None)
        if not task.cancelled() and (error := task.exception()):
            logger.bind(session=session_id, error=repr(error)).error("session_failed")

    async def end(self, session_id: str, reason: str = "ended") -> None:
        """Ends one call, now; nothing to do if it isn't held here."""
        if held := self._held.get(session_id):
            await _end(held, reason)

    async def end_all(self, reason: str = "ended") -> None:
        """Ends every call, now."""
        await asyncio.gather(*(_end(held, reason) for held in list(self._held.values())))


async def _end(held: Held, reason: str) -> None:
    if held.leave:
        with suppress(Exception):  # a client that can't be told is gone
            await asyncio.wait_for(held.leave(reason), LEAVE_SECONDS)
    held.task.cancel()
    await asyncio.gather(held.task, return_exceptions=True)
