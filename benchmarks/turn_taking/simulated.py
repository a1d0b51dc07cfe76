"""An event loop on which a call of ten seconds is over as soon as it is computed.

Time jumps to the next timer. Work that is given to a thread is done on the spot, and its result
comes after as many simulated seconds as it takes on two cores; a thread does one thing at a time.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, TypeVar

from bot.services.local.moonshine import Recognizer

T = TypeVar("T")
SMART_TURN_SECONDS = 0.12  # measured; the same for all lengths
_STEP = 1e-9  # that computing takes, so that a wait for less than the clock's resolution ends
MOONSHINE_SECONDS = (0.03, 0.06)  # a call, and each second of audio


class _Jump(selectors.DefaultSelector):
    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0 if timeout else timeout)
        self.now += _STEP + (timeout if timeout and not ready else 0.0)
        return ready


def seconds_of_work(executor: Executor | None, args: tuple[Any, ...]) -> float:
    """What a piece of work costs, by the name of its thread."""
    name = str(getattr(executor, "_thread_name_prefix", ""))
    if name == "smart-turn":
        return SMART_TURN_SECONDS
    if name == "moonshine":
        once, each = MOONSHINE_SECONDS
        return once + each * len(args[0]) / 32000
    return 0.0


class SimulatedLoop(asyncio.SelectorEventLoop):
    """`time()` is the simulated clock."""

    def __init__(self) -> None:
        self._jump = _Jump()
        self._busy_until: dict[int, float] = {}
        super().__init__(self._jump)

    def time(self) -> float:
        return self._jump.now

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Does the work now; gives its result when the thread would have."""
        future: asyncio.Future[Any] = self.create_future()
        begins = max(self.time(), self._busy_until.get(id(executor), 0.0))
        ends = begins + seconds_of_work(executor, args)
        self._busy_until[id(executor)] = ends
        result = func(*args)
        if ends <= self.time():
            future.set_result(result)
        else:
            self.call_at(ends, lambda: future.done() or future.set_result(result))
        return future


class SimulatedRecognizer(Recognizer):
    """Its own thread keeps real time; the loop's takes simulated seconds."""

    def __init__(self) -> None:
        super().__init__()
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moonshine")

    def transcribe(self, pcm: bytes, patience: float = 0.0) -> asyncio.Future[str]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._executor, self.words, pcm)


def simulate(work: Coroutine[Any, Any, T]) -> T:
    """Runs `work` on a simulated clock of its own."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work)
