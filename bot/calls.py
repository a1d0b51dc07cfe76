"""The calls that this process holds."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException
from loguru import logger

from conversation.ending import DRAINING, ENDED, STOPPING, TAKEN_OVER

RETRY_SECONDS = 5
BUSY = "All lines are busy: try again in a moment."
STOPS = "This server is about to stop: try again, another one answers then."
LEAVE_SECONDS = 1.0  # for the last words to a client
MOMENT_SECONDS = 6.0  # for "one moment", aloud, before it

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
    closed: Callable[[], str] = lambda: ""  # why no call is taken, though there is room
    over: Callable[[str], None] = lambda _: None  # told of each call that has ended
    draining: bool = False
    """Whether no more are taken."""
    turned_away: Counter[str] = field(default_factory=Counter[str])
    """How many were not taken, and why."""
    _held: dict[str, Held] = field(default_factory=dict[str, Held])
    _coming: dict[str, str] = field(default_factory=dict[str, str])  # id -> owner
    _ending: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __len__(self) -> int:
        return len(self._held)

    @property
    def full(self) -> bool:
        """Whether another call would be refused."""
        return bool(self.why_full)

    @property
    def why_full(self) -> str:
        """Why another call would be refused: `draining`, `full`, as `closed` has it, or ""."""
        if self.draining:
            return DRAINING
        full = len(self._held) + len(self._coming) >= self.room
        return self.closed() or ("full" if full else "")

    def turn_away(self) -> None:
        """A call was told that there is no room."""
        self.turned_away[self.why_full or "full"] += 1

    def admit(self, owner: str = "") -> str:
        """An id for a new session of the owner's. Raises HTTP 503 or 429 as `check_room` does."""
        self.check_room(owner)
        return secrets.token_urlsafe(12)

    @contextmanager
    def place(self, owner: str = "") -> Generator[str]:
        """As `admit`, and nobody else gets the place before the call is held."""
        session_id = self.admit(owner)
        self._coming[session_id] = owner
        try:
            yield session_id
        finally:
            del self._coming[session_id]

    def check_room(self, owner: str = "") -> None:
        """Raises HTTP 503 when there is no room, 429 when the owner has all that is theirs.

        owner: which key let the caller in; "" where no key is asked for.
        """
        if self.full:
            self.turn_away()
            why = STOPS if self.draining else BUSY
            raise HTTPException(503, why, headers={"Retry-After": str(RETRY_SECONDS)})
        if owner and self.room_each and self._of(owner) >= self.room_each:
            self.turned_away["key_full"] += 1
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
            await self.end(new, TAKEN_OVER)
        self._held[new] = self._held.pop(old)

    def _of(self, owner: str) -> int:
        owners = [*(held.owner for held in self._held.values()), *self._coming.values()]
        return owners.count(owner)

    def _ended(self, task: asyncio.Task[None]) -> None:
        session_id = next((name for name, held in self._held.items() if held.task is task), "")
        if self._held.pop(session_id, None):
            self.over(session_id)
        self._changed.set()
        if not task.cancelled() and (error := task.exception()):
            logger.bind(session=session_id, error=repr(error)).error("session_failed")

    async def end(self, session_id: str, reason: str = ENDED) -> None:
        """Ends one call, now; nothing to do if it isn't held here."""
        if held := self._held.get(session_id):
            await _end(held, reason)

    def end_soon(self, session_id: str, reason: str) -> None:
        """As `end`, for who can't wait."""
        task = asyncio.create_task(self.end(session_id, reason), name=f"end {session_id}")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def drain(self, seconds: float, *, now: asyncio.Event) -> None:
        """Takes no more calls, lets those under way end by themselves, then hands them over.

        seconds: for those that end by themselves; once `now` is set, nothing is waited for.
        """
        self.draining = True
        hurry = asyncio.create_task(now.wait())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._held and not now.is_set():
                    self._changed.clear()
                    ended = asyncio.create_task(self._changed.wait())
                    await asyncio.wait([hurry, ended], return_when=asyncio.FIRST_COMPLETED)
                    ended.cancel()
        await self._end_unless(hurry)
        hurry.cancel()
        if now.is_set():
            await self.end_all(STOPPING)

    async def _end_unless(self, hurry: asyncio.Task[bool]) -> None:
        ends = asyncio.create_task(self.end_all(DRAINING))
        await asyncio.wait([hurry, ends], return_when=asyncio.FIRST_COMPLETED)
        ends.cancel()

    async def end_all(self, reason: str = ENDED) -> None:
        """Ends every call, now."""
        await asyncio.gather(*(_end(held, reason) for held in list(self._held.values())))


async def _end(held: Held, reason: str) -> None:
    drains = reason == DRAINING
    if held.leave:
        with suppress(Exception):  # a client that can't be told is gone
            seconds = MOMENT_SECONDS if drains else LEAVE_SECONDS
            await asyncio.wait_for(held.leave(reason), seconds)
        await asyncio.wait([held.task], timeout=LEAVE_SECONDS if drains else 0)
    held.task.cancel()
    await asyncio.gather(held.task, return_exceptions=True)
