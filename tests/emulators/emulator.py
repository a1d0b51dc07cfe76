"""What all emulators of providers share: a server of its own thread, its pace, how it fails.

    with GroqEmulator() as groq:
        groq.pace.first_byte = 0.1
        groq.fault = Fault.STALLED

An emulator runs in a thread with an event loop of its own: what it costs to be slow or to hang is
not paid by the program that is tested. Everything is set from outside at any time, and holds for
the requests that come afterwards, and for the next pieces of those under way.
"""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Self


class Fault(Enum):
    """How a provider fails. The first ones before anything came, the others midway."""

    REFUSED = "nothing listens, and connections that were open are cut"
    HUNG = "requests are taken and never answered"
    SLOW = "the first byte comes after `slow` seconds"
    TOO_MANY = "429, to be tried again after `retry_after` seconds"
    BROKEN = "500"
    WRONG_KEY = "no key is the right one"
    GARBAGE = "an answer that is none"
    STALLED = "after `fails_after` pieces nothing comes any more"
    DROPPED = "after `fails_after` pieces the connection is cut"
    ENDS_EARLY = "after `fails_after` pieces the answer is over, as if it were whole"
    NO_AUDIO = "an answer without sound, or without words"


@dataclass
class Pace:
    """In seconds. `jitter` is the share by which both vary at random, 0 to 1."""

    first_byte: float = 0.0
    between: float = 0.0
    jitter: float = 0.0


@dataclass(frozen=True)
class Asked:
    """A request as it came. `body` is what was decoded of it: JSON, a form, or a message. Names of
    `headers` are in lower case."""

    path: str
    key: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict[str, str])
    headers: dict[str, str] = field(default_factory=dict[str, str])


class Emulator:
    """A provider on a port of loopback, between `with` and its end."""

    key = "a-key-of-the-tests"

    def __init__(self) -> None:
        self.pace = Pace()
        self.slow = 30.0
        self.retry_after = 7
        self.fails_after = 2
        self.asked: list[Asked] = []
        self.url = ""
        self._fault: Fault | None = None
        self._random = random.Random(0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._over = asyncio.Event()

    @property
    def fault(self) -> Fault | None:
        """None: it works."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault | None) -> None:
        listened, self._fault = self._fault is not Fault.REFUSED, fault
        if listened and fault is Fault.REFUSED:
            self._do(self._stop_listening())
        elif not listened and fault is not Fault.REFUSED:
            self._do(self._listen())

    def cut_connections(self) -> None:
        """Once, all that are open; others are taken."""
        self._do(self._stop_listening())
        self._do(self._listen())

    def __enter__(self) -> Self:
        self._thread.start()
        self._do(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _listen(self) -> None:
        """Takes connections at `url`, which stays the same."""
        raise NotImplementedError

    async def _stop_listening(self) -> None:
        """Refuses connections and cuts the open ones."""
        raise NotImplementedError

    async def _close(self) -> None:
        await self._stop_listening()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=30)

    async def wait(self, seconds: float) -> None:
        """At most until the emulator ends."""
        if seconds > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), seconds)

    async def wait_for_first_byte(self) -> None:
        """As long as the provider thinks, or is made to."""
        await self.wait(self._varied(self.pace.first_byte))
        if self._fault is Fault.SLOW:
            await self.wait(self.slow)

    async def wait_for_next(self) -> None:
        """Between two pieces of an answer."""
        await self.wait(self._varied(self.pace.between))

    async def hang(self) -> None:
        """Until the emulator ends."""
        await self._over.wait()

    def fails_at(self, piece: int) -> Fault | None:
        """What goes wrong instead of the answer's piece with that number, from 0."""
        midway = (Fault.STALLED, Fault.DROPPED, Fault.ENDS_EARLY)
        return self._fault if self._fault in midway and piece >= self.fails_after else None

    def opens(self, key: str) -> bool:
        """Whether that key is right."""
        return key == self.key and self._fault is not Fault.WRONG_KEY

    def _varied(self, seconds: float) -> float:
        return seconds * (1 + self._random.uniform(-1, 1) * self.pace.jitter)
