"""Carries the backlog to Redis in the background, and knows whether Redis is there."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from loguru import logger

from bot.store.backlog import Backlog, Write
from bot.store.breaker import Breaker
from bot.store.connection import UNREACHED
from bot.store.delivery import Outcome, is_fenced, will_pass
from bot.store.operations import Operations

MOST_AT_ONCE = 256
HEARTBEAT = 1.0
FIRST_RETRY = 0.05
LAST_RETRY = 2.0


class Courier(Protocol):
    """What Delivery does; a test passes one that fails on demand."""

    async def ping(self) -> None: ...
    async def renew(self) -> list[tuple[str, Outcome]]: ...
    async def send(self, groups: Sequence[Sequence[Write]]) -> list[Outcome]: ...


class Writer:
    """One task, so one order. A failure is retried for ever, 50 ms to 2 s apart, with jitter.

    renew_every: seconds after which all leases are renewed. on_lost: told of a session, once, that
    another worker has taken.
    """

    def __init__(
        self,
        backlog: Backlog,
        delivery: Courier,
        *,
        breaker: Breaker | None = None,
        operations: Operations | None = None,
        renew_every: float = HEARTBEAT,
        on_lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.healthy = True
        self.latency_ms = 0.0
        self.refused = 0
        self.fenced = 0
        self._backlog = backlog
        self._delivery = delivery
        self._breaker = breaker or Breaker()
        self._operations = operations or Operations()
        self._renew_every = renew_every
        self._renewed = time.monotonic()
        self._on_lost = on_lost
        self._wake = asyncio.Event()
        self._progress = asyncio.Condition()
        self._failures = 0
        self._task = asyncio.create_task(self._run(), name="store-writer")

    def wake(self) -> None:
        """There is something in the backlog. Costs a microsecond."""
        self._wake.set()

    async def delivered(self, number: int, *, within: float, patient: bool) -> bool:
        """Whether everything up to this number got to Redis in time.

        patient: wait even while Redis is known to be away; else that is False at once.
        """

        def is_over() -> bool:
            return self._through(number) or not (self.healthy or patient)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within), self._progress:
                await self._progress.wait_for(is_over)
        return self._through(number)

    async def stop(self) -> None:
        """More than one try: a cancellation can be lost in redis-py, whose own timeout it meets."""
        while not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task], timeout=LAST_RETRY)

    def _through(self, number: int) -> bool:
        oldest = self._backlog.oldest
        return oldest is None or oldest > number

    async def _run(self) -> None:
        while True:
            await self._work_or_heartbeat()
            await self._round_trip()
            if self._failures:
                await asyncio.sleep(_pause(self._failures))
            if self._failures or len(self._backlog):
                self._wake.set()

    async def _work_or_heartbeat(self) -> None:
        if not self._wake.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(HEARTBEAT, self._renew_every)):
                    await self._wake.wait()
        self._wake.clear()

    async def _round_trip(self) -> None:
        groups = self._backlog.take(MOST_AT_ONCE)
        started = time.perf_counter()
        try:
            await self._renew()
            with self._operations.timed("write" if groups else "ping"):
                failed = await self._send(groups)
        except Exception as error:  # whatever it was: what we carry must not be lost
            self._backlog.settle([write for group in groups for write in group])
            self._note_failure(error)
        else:
            self._backlog.settle(failed)
            if not failed:
                self._note_success((time.perf_counter() - started) * 1000)
        async with self._progress:
            self._progress.notify_all()

    async def _renew(self) -> None:
        if time.monotonic() - self._renewed < self._renew_every:
            return
        for session_id, error in await self._delivery.renew():
            if error and is_fenced(error):
                self._note_lost(session_id, [])
            elif error:
                self._note_failure(error)
        self._renewed = time.monotonic()

    async def _send(self, groups: list[list[Write]]) -> list[Write]:
        """The writes to send again."""
        if not groups:
            await self._delivery.ping()
            return []
        again: list[Write] = []
        for group, error in zip(groups, await self._delivery.send(groups), strict=True):
            if error and is_fenced(error):
                self._note_lost(group[0].session_id, group)
            elif error and will_pass(error):
                again += group
                self._note_failure(error)
            elif error:
                self.refused += len(group)
                logger.bind(session=group[0].session_id, writes=len(group), error=str(error)).error(
                    "store_refused"
                )
        return again

    def _note_lost(self, session_id: str, group: Sequence[Write]) -> None:
        dropped, reopened = self._backlog.lost(session_id)
        self.fenced += dropped + sum(bool(write.entry) for write in group)
        if not reopened:
            logger.bind(session=session_id).warning("session_taken_over")
            self._on_lost(session_id)

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        if isinstance(error, UNREACHED):
            self._breaker.failed()
        if self.healthy:
            self.healthy = False
            self._operations.changed()
            logger.bind(error=type(error).__name__, waiting=len(self._backlog)).warning(
                "store_away"
            )

    def _note_success(self, latency_ms: float) -> None:
        self.latency_ms = latency_ms
        self._failures = 0
        self._breaker.probed()
        if not self.healthy:
            self.healthy = True
            self._operations.changed()
            logger.bind(waiting=len(self._backlog)).info("store_back")


def _pause(failures: int) -> float:
    longest = min(LAST_RETRY, FIRST_RETRY * 2 ** min(failures, 10))
    return longest * random.uniform(0.5, 1.0)
