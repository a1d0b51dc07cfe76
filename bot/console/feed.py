"""Server-sent events for the operator's page, no faster than a person can look."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from bot.console.board import Board
from bot.entry import Visitor
from bot.store import SessionStore, StoreSealed, StoreUnreachable

BOARD_SECONDS = 1.0
CALL_SECONDS = 0.25
SIGN_OF_LIFE = 15.0  # seconds: a page that is gone is noticed, a proxy keeps the line
AT_ONCE = 200  # entries an event

Goes = Callable[[], bool]
"""Whether the server goes on."""


def event(name: str, told: Any) -> str:
    """One event, as a browser reads it."""
    return f"event: {name}\ndata: {json.dumps(told, separators=(',', ':'))}\n\n"


async def calls(board: Board, visitor: Visitor, goes: Goes) -> AsyncGenerator[str]:
    """`calls` whenever they change, `away` while the store does not answer."""
    last: Any = None
    quiet = Quiet()
    while goes():
        try:
            found: Any = await board.calls(visitor)
        except StoreUnreachable:
            found = None
        if found != last or quiet.first:
            last = found
            told = {"now": board.wall_clock(), "calls": found}
            yield event("away", {}) if found is None else event("calls", told)
            quiet.broken()
        elif quiet.too_long:
            yield ": \n\n"
            quiet.broken()
        await asyncio.sleep(BOARD_SECONDS)


async def entries(store: SessionStore, session_id: str, goes: Goes) -> AsyncGenerator[str]:
    """`entries` of one session's stream, from the first one on; `gone` when it is forgotten.

    `sealed`: they were encrypted with a key that this server lacks.
    """
    last = ""
    quiet = Quiet()
    while goes():
        try:
            found = await store.overview.after(session_id, last, AT_ONCE)
            if not found and quiet.too_long and await store.read(session_id) is None:
                yield event("gone", {})
                return
        except StoreSealed:
            yield event("sealed", {})
            return
        except StoreUnreachable:
            found = []
        if found:
            last = found[-1][0]
            yield event("entries", [entry for _, entry in found])
            quiet.broken()
        elif quiet.too_long:
            yield ": \n\n"
            quiet.broken()
        if len(found) < AT_ONCE:
            await asyncio.sleep(CALL_SECONDS)


class Quiet:
    """How long nothing was sent."""

    def __init__(self) -> None:
        self.first = True
        self._since = time.monotonic()

    @property
    def too_long(self) -> bool:
        return time.monotonic() - self._since >= SIGN_OF_LIFE

    def broken(self) -> None:
        self.first, self._since = False, time.monotonic()
