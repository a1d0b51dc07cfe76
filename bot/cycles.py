"""When Python looks for objects that only refer to each other: it stops every call meanwhile.

Left to itself it looks at all there is, models, index and calls, several times in the first minute
of twenty calls, for 0.12 to 0.24 s each time; audio is sent 80 ms ahead.
"""

import asyncio
import gc
from collections.abc import Callable
from dataclasses import dataclass

MOST_ENDED = 20  # calls; each took about 2 MB, most of it in cycles
AFTER_SECONDS = 2.0  # for an ended call to let go of what it used

_YOUNG, _MIDDLE = 2_000, 10  # objects, and so many times that: 5 ms
_NEVER = 1_000_000_000


def keep_collections_short() -> None:
    """What is loaded stays, and isn't looked at again; old objects only when `Cycles` says so."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)


@dataclass
class Cycles:
    """Collects what ended calls left: when none is under way, or many have ended.

    calls: how many are under way.
    """

    calls: Callable[[], int]
    collect: Callable[[], object] = gc.collect
    _ended: int = 0

    def call_ended(self) -> None:
        """To be called in the event loop."""
        self._ended += 1
        asyncio.get_running_loop().call_later(AFTER_SECONDS, self._look)

    def _look(self) -> None:
        if self._ended and (self._ended >= MOST_ENDED or not self.calls()):
            self._ended = 0
            self.collect()
