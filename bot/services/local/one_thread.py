"""A model's own thread: it does one thing at a time, and next what is waited for most."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from heapq import heappop, heappush
from itertools import count
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
_Waiting = tuple[float, int, Future[Any], Callable[[], Any]]


class OneThread:
    """Whoever asks says how long it can wait; the first whose time is up is next.

    So what is less urgent is overtaken, but not for ever. What nobody wants any more is skipped.
    """

    def __init__(self, name: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._now, self._numbers, self._lock = clock, count(), Lock()
        self._waiting: list[_Waiting] = []

    def run(
        self, patience: float, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> asyncio.Future[T]:
        """What `work` gives or raises. patience: seconds."""
        future: Future[T] = Future()
        due = self._now() + patience
        with self._lock:
            waiting = due, next(self._numbers), future, lambda: work(*args, **kwargs)
            heappush(self._waiting, waiting)
        self._thread.submit(self._next)
        return asyncio.wrap_future(future)

    def _next(self) -> None:
        with self._lock:
            _, _, future, work = heappop(self._waiting)
        if not future.set_running_or_notify_cancel():
            return
        try:
            future.set_result(work())
        except BaseException as error:  # is raised where the result is awaited
            future.set_exception(error)
