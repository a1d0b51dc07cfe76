"""When what ended calls left behind is collected."""

import asyncio
import gc
import subprocess
import sys

from bot.cycles import AFTER_SECONDS, MOST_ENDED, Cycles
from tests.processors.harness import on_jumping_clock

_KEPT = """
import gc
from bot.cycles import keep_collections_short
kept = [[number] for number in range(100_000)]
keep_collections_short()
looks = []
gc.callbacks.append(lambda phase, info: looks.append(info["generation"]))
more = [[number] for number in range(300_000)]
print(gc.get_freeze_count() > 100_000, 0 in looks, 1 in looks, 2 in looks)
"""


class Worker:
    """Holds calls; counts collections."""

    def __init__(self, calls: int) -> None:
        self.calls, self.collected = calls, 0
        self.cycles = Cycles(lambda: self.calls, self._collect)

    def _collect(self) -> None:
        self.collected += 1

    def end(self, count: int = 1) -> None:
        """So many calls are over."""
        for _ in range(count):
            self.calls -= 1
            self.cycles.call_ended()


@on_jumping_clock
async def test_the_last_call_is_collected_once_it_has_let_go():
    """Nobody is stopped by that."""
    worker = Worker(calls=1)
    worker.end()
    await asyncio.sleep(AFTER_SECONDS * 0.9)
    assert worker.collected == 0
    await asyncio.sleep(AFTER_SECONDS * 0.2)
    assert worker.collected == 1


@on_jumping_clock
async def test_calls_under_way_are_stopped_seldom():
    """Once for many that have ended, not for each."""
    worker = Worker(calls=100)
    worker.end(MOST_ENDED - 1)
    await asyncio.sleep(AFTER_SECONDS * 2)
    assert worker.collected == 0
    worker.end()
    await asyncio.sleep(AFTER_SECONDS * 2)
    assert worker.collected == 1


def test_what_was_loaded_is_not_looked_at_again():
    """Nor is anything old, by itself."""
    run = subprocess.run([sys.executable, "-c", _KEPT], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "True", "True", "False"]
    assert gc.isenabled()
