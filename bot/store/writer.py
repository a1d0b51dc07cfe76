"""Carries the backlog to Redis in the background, and knows whether Redis is there."""

import asyncio
import contextlib
import random
import time
from collections.abc import Sequence
from typing import Protocol

from loguru import logger

from bot.store.backlog import Backlog, Write
from bot.store.delivery import will_pass

MOST_AT_ONCE = 256
HEARTBEAT = 1.0
FIRST_RETRY = 0.05
LAST_RETRY = 2.0


class Courier(Protocol):
    """What Delivery does; a test passes one that fails on demand."""

    async def ping(self) -> None: ...
    async def send(self, groups: Sequence[Sequence[Write]]) -> list[Exception | None]: ...


class Writer:
    """One task, so one order. A failure is retried for ever, 50 ms to 2 s apart, with jitter."""

    def __init__(self, backlog: Backlog, delivery: Courier) -> None:
        self.healthy = True
        self.latency_ms = 0.0
        self.refused = 0
        self._backlog = backlog
        self._delivery = delivery
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
        self._task.cancel()
        await asyncio.wait([self._task])

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
                async with asyncio.timeout(HEARTBEAT):
                    await self._wake.wait()
        self._wake.clear()

    async def _round_trip(self) -> None:
        groups = self._backlog.take(MOST_AT_ONCE)
        started = time.perf_counter()
        try:
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

    async def _send(self, groups: list[list[Write]]) -> list[Write]:
        """The writes to send again."""
        if not groups:
            await self._delivery.ping()
            return []
        again: list[Write] = []
        for group, error in zip(groups, await self._delivery.send(groups), strict=True):
            if error and will_pass(error):
                again += group
                self._note_failure(error)
            elif error:
                self.refused += len(group)
                logger.bind(session=group[0].session_id, writes=len(group), error=str(error)).error(
                    "store_refused"
                )
        return again

    def _note_failure(self, error: Exception) -> None:
        self._failures += 1
        if self.healthy:
            self.healthy = False
            logger.bind(error=type(error).__name__, waiting=len(self._backlog)).warning(
                "store_away"
            )

    def _note_success(self, latency_ms: float) -> None:
        self.latency_ms = latency_ms
        self._failures = 0
        if not self.healthy:
            self.healthy = True
            logger.bind(waiting=len(self._backlog)).info("store_back")


def _pause(failures: int) -> float:
    longest = min(LAST_RETRY, FIRST_RETRY * 2 ** min(failures, 10))
    return longest * random.uniform(0.5, 1.0)
