"""How far a build is: a bar in a terminal, a line now and then in a file or a pipe."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

LINE_SECONDS = 5.0  # between lines in a pipe
Told = Callable[[str, int, int], None]


@contextmanager
def shown(console: Console | None = None) -> Generator[Told]:
    """What a build is to be told with: the stage, how far it is, and of how much."""
    console = console or Console(stderr=True)
    if not console.is_terminal:
        yield Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, rate="")
            speed = bars.tasks[tasks[stage]].speed
            rate = f"{speed:.0f}/s" if speed else ""
            bars.update(tasks[stage], completed=done, total=total, rate=rate)

        yield told


class Lines:
    """encoding 1200 of 10000, 45/s, 3:16 left"""

    def __init__(
        self,
        write: Callable[[str], object] = lambda line: print(line, file=sys.stderr, flush=True),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._clock = write, clock
        self._stage, self._began, self._written = "", 0.0, 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        """A line for each stage that takes longer than LINE_SECONDS, and every LINE_SECONDS."""
        now = self._clock()
        if stage != self._stage:
            self._stage, self._began, self._written = stage, now, now
        elif now - self._written >= LINE_SECONDS and done:
            rate = done / (now - self._began)
            left = round((total - done) / rate)
            self._written = now
            self._write(
                f"{stage} {done} of {total}, {rate:.0f}/s, {left // 60}:{left % 60:02d} left"
            )
