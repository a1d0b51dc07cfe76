"""Whether anybody still talks in a call."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from processors.ports import Clock


@dataclass
class Liveness:
    """Calling it says that there is life in the call."""

    seconds: float
    """Without life, and nobody is there any more."""
    clock: Clock
    _since: float = field(init=False)

    def __post_init__(self) -> None:
        self()

    def __call__(self) -> None:
        self._since = self.clock()

    async def lost(self, busy: Callable[[], bool]) -> None:
        """Returns once nobody has talked for so long. busy: whether we speak, or are about to."""
        while (left := self._since + self.seconds - self.clock()) > 0:
            await asyncio.sleep(left)
            if busy():
                self()
