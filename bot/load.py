"""Measures how busy this worker is, twice a second, for who lets calls in."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from loguru import logger

from bot.admission import Admission, Load
from bot.machine import Machine

EVERY_SECONDS = 0.5
IDLE = Load(loop=0.5, cpu=0.4)
"""Up to here there is time for what may turn out useless; what callers wait for needs the rest."""
_LAG_EVERY = 0.05
_KEEPS = 0.9  # of the average lag from one look to the next: about a second


@dataclass
class Lag:
    """How late an event loop is."""

    clock: Callable[[], float] = time.monotonic
    seconds: float = 0.0

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            asked = self.clock()
            await asyncio.sleep(_LAG_EVERY)
            late = max(0.0, self.clock() - asked - _LAG_EVERY)
            self.seconds = _KEEPS * self.seconds + (1 - _KEEPS) * late


@dataclass
class Watch:
    """The load of this process, and whether it takes calls.

    judging: seconds that the last judgement of a pause took; 0 if there was none lately.
    """

    judging: Callable[[], float] = lambda: 0.0
    machine: Machine = field(default_factory=Machine)
    admission: Admission = field(default_factory=Admission)
    now: Load = field(default_factory=Load)
    _lag: Lag = field(default_factory=Lag)

    @property
    def overloaded(self) -> bool:
        """Whether another call would be one too many."""
        return bool(self.admission.too_much)

    @property
    def idle(self) -> bool:
        """Whether there is time to spare."""
        return self.now.loop < IDLE.loop and self.now.cpu < IDLE.cpu

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Measures meanwhile, in the running event loop."""
        tasks = [asyncio.create_task(w, name="load") for w in (self._lag.watch(), self._look())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _look(self) -> None:
        cores = self.machine.cores()
        at, loop, cpu = time.monotonic(), time.thread_time(), time.process_time()
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            before = at, loop, cpu
            at, loop, cpu = time.monotonic(), time.thread_time(), time.process_time()
            seconds = at - before[0]
            self.measured(
                Load(
                    lag=self._lag.seconds,
                    loop=(loop - before[1]) / seconds,
                    cpu=(cpu - before[2]) / (seconds * cores),
                    memory=self.machine.memory_used(),
                    judging=self.judging(),
                )
            )

    def measured(self, load: Load) -> None:
        """Judges this load; a change is told in the log."""
        before, self.now = self.admission.too_much, load
        self.admission.judge(load)
        if self.overloaded and not before:
            too_much = ",".join(sorted(self.admission.too_much))
            logger.bind(too_much=too_much).warning("overloaded")
        elif before and not self.overloaded:
            logger.info("room_again")


@dataclass
class Spare:
    """Whether there is time to work ahead of what is certain. Without a server there always is."""

    watch: Watch | None = None

    def __call__(self) -> bool:
        return self.watch is None or self.watch.idle
