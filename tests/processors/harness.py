"""A pipeline around the processors under test, on a clock that the test moves."""

import asyncio
import functools
import selectors
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pipecat.frames.frames import Frame, StartFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi.processor import RTVIProcessor
from pipecat.workers.runner import WorkerRunner

GRACE_SECONDS = 0.002  # for threads to come back before time jumps
BUSY_SECONDS = 0.3  # the same while a thread works; one that hangs is jumped over after it


class _Jump(selectors.DefaultSelector):
    """The event loop's clock jumps to the next timer instead of waiting for it."""

    now = 0.0

    def __init__(self, threads: "_Threads") -> None:
        super().__init__()
        self._threads = threads

    def select(self, timeout: float | None = None) -> Any:
        grace = BUSY_SECONDS if self._threads.busy else GRACE_SECONDS
        ready = super().select(min(timeout, grace) if timeout else timeout)
        if timeout and not ready:
            self.now += timeout
        return ready


class _Threads(ThreadPoolExecutor):
    """Says whether work is under way: it takes real time, which the clock must not jump over."""

    def __init__(self) -> None:
        super().__init__()
        self._under_way: set[Future[Any]] = set()

    @property
    def busy(self) -> bool:
        return bool(self._under_way)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work = super().submit(fn, *args, **kwargs)
        self._under_way.add(work)
        work.add_done_callback(self._under_way.discard)
        return work


def on_jumping_clock(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs an async test on a loop where seconds cost nothing. `loop.time()` is the clock."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        threads = _Threads()
        selector = _Jump(threads)
        loop = asyncio.SelectorEventLoop(selector)
        loop.set_default_executor(threads)
        loop.time = lambda: selector.now  # type: ignore[method-assign]
        try:
            loop.run_until_complete(test(*args, **kwargs))
        finally:
            loop.close()

    return run


class Probe(FrameProcessor):
    """Keeps what passes, with when, and lets a test push frames from its place."""

    def __init__(self, direction: FrameDirection) -> None:
        super().__init__()
        self._direction = direction
        self.frames: list[Frame] = []
        self.times: list[float] = []
        self.started = asyncio.Event()
        self._changed = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self.started.set()
        elif direction is self._direction:
            self.frames.append(frame)
            self.times.append(asyncio.get_running_loop().time())
            self._changed.set()
        await self.push_frame(frame, direction)

    def of(self, type_: type[Frame]) -> list[Any]:
        """The frames of a type, in order."""
        return [frame for frame in self.frames if isinstance(frame, type_)]

    async def until(self, type_: type[Frame], count: int = 1) -> Any:
        """Waits for the `count`-th frame of a type, and gives it."""
        while len(self.of(type_)) < count:
            self._changed.clear()
            await asyncio.wait_for(self._changed.wait(), 30)
        return self.of(type_)[count - 1]


class Bench:
    """`before` and `after` are around the processors under test.

    async with Bench(processor) as bench:
        await bench.send(frame)
        await bench.after.until(SomeFrame)

    rtvi: stands above them and is told what passes, as in a call of Pipecat's clients.
    """

    def __init__(self, *processors: FrameProcessor, rtvi: RTVIProcessor | None = None) -> None:
        self._rtvi = rtvi
        self.before = Probe(FrameDirection.UPSTREAM)
        self.after = Probe(FrameDirection.DOWNSTREAM)
        self._pipeline = Pipeline([self.before, *processors, self.after])

    async def __aenter__(self) -> "Bench":
        self._worker = PipelineWorker(
            self._pipeline,
            params=PipelineParams(),
            enable_rtvi=self._rtvi is not None,
            rtvi_processor=self._rtvi,
            enable_turn_tracking=False,
            idle_timeout_secs=None,
            check_dangling_tasks=False,
        )
        runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
        await runner.add_workers(self._worker)
        self._running = asyncio.create_task(runner.run())
        await asyncio.wait_for(self.after.started.wait(), 30)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._worker.cancel()
        await asyncio.wait([self._running], timeout=30)

    async def send(self, *frames: Frame) -> None:
        """Pushes frames into the first processor."""
        for frame in frames:
            await self.before.push_frame(frame)

    async def send_up(self, *frames: Frame) -> None:
        """Pushes frames into the last processor, upstream."""
        for frame in frames:
            await self.after.push_frame(frame, FrameDirection.UPSTREAM)

    async def settle(self, turns: int = 60) -> None:
        """Lets everything that needs no time happen."""
        for _ in range(turns):
            await asyncio.sleep(0)


def clock() -> float:
    """The running loop's clock."""
    return asyncio.get_running_loop().time()


def messages(probe: Probe) -> Sequence[dict[str, Any]]:
    """What clients were told, in order."""
    from pipecat.frames.frames import OutputTransportMessageUrgentFrame

    return [frame.message for frame in probe.of(OutputTransportMessageUrgentFrame)]
