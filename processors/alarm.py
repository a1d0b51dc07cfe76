"""One timer that wakes a processor at the deadline its rules name."""

import asyncio
from collections.abc import Awaitable, Callable

from pipecat.processors.frame_processor import FrameProcessor

from processors.ports import Clock


class Alarm:
    """Calls `wake` once each deadline has passed; setting another one forgets the last."""

    def __init__(
        self, owner: FrameProcessor, clock: Clock, wake: Callable[[], Awaitable[None]]
    ) -> None:
        self._owner, self._clock, self._wake = owner, clock, wake
        self._deadline: float | None = None
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to watch; once."""
        if self._task is None:
            self._task = self._owner.create_task(self._watch(), "alarm")

    async def stop(self) -> None:
        """Ends the watch."""
        if self._task is not None:
            task, self._task = self._task, None
            await self._owner.cancel_task(task)

    def set(self, deadline: float | None) -> None:
        """deadline: seconds on the clock; None: nothing to wait for."""
        if deadline != self._deadline:
            self._deadline = deadline
            self._changed.set()

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            if self._deadline is None:
                await self._changed.wait()
                continue
            wait = self._deadline - self._clock()
            try:
                await asyncio.wait_for(self._changed.wait(), timeout=max(wait, 0.0))
            except TimeoutError:
                self._deadline = None
                await self._wake()
