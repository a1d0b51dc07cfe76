"""One session, from connect to hang-up."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from loguru import logger
from pipecat.frames.frames import EndFrame
from pipecat.pipeline.worker import PipelineWorker
from pipecat.transports.base_transport import BaseTransport
from pipecat.workers.runner import WorkerRunner

from bot.calls import Leave
from bot.liveness import Liveness
from bot.recording.recorder import Recorder
from bot.telemetry.watching import Watch
from conversation.call import Call
from conversation.controlling import Command, End, Forget, Speaking, read
from conversation.ending import DRAINING, GOES_ON, HUNG_UP, IDLE, LOST, TIME_UP
from conversation.states import State
from processors.frames import LeavingFrame, OrderFrame, ReportedSpeakingFrame
from transports.line import SocketLine

START_SECONDS = 5.0  # for a pipeline to come about
GOODBYE_SECONDS = 15.0  # for what is being said, and a goodbye
LEAVING_SECONDS = 4.0  # for "one moment"
_BUSY = (State.THINKING, State.SPEAKING)

Told = Callable[[str], None]
Hear = Callable[[Told], Callable[[], None]]
"""Begins to pass on what others tell a session; what it gives ends that."""


def hear_nobody(_told: Told) -> Callable[[], None]:
    """For sessions that nobody else tells anything."""
    return lambda: None


@dataclass
class Session:
    """A running pipeline with its call. `await run()` returns when the call is over."""

    id: str
    call: Call
    worker: PipelineWorker
    runner: WorkerRunner
    seconds: float
    """The longest that it may last."""
    hear: Hear
    watch: Watch
    warm: Callable[[], Coroutine[Any, Any, None]]
    """Opens connections, so that the first turn finds them open."""
    lively: Liveness
    recorder: Recorder | None = None
    _forgotten: bool = False
    _tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _started: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        @self.worker.event_handler("on_pipeline_started")
        async def _(_worker: object, _frame: object) -> None:
            self._started.set()

    async def run(self) -> None:
        """Holds the call."""
        with self.watch.during(lambda: self.call.keeping.ended):
            await self._run()

    async def _run(self) -> None:
        await self.runner.add_workers(self.worker)
        logger.bind(session=self.id).info("session_started")
        for work in (self.warm(), self._end_in_time(), self._end_if_idle()):
            self._begin(work)
        leave = self.hear(self._told)
        try:
            await self.runner.run()
        finally:
            leave()
            self._ended.set()
            for task in self._tasks:
                task.cancel()
            if self.recorder:
                await self.recorder.close(discard=self._forgotten)
            logger.bind(session=self.id, turns=self.call.conversation.turn).info("session_ended")

    @property
    def over(self) -> bool:
        """Whether the call has ended, and not only its connection: nobody is to take it up."""
        return bool(self.call.keeping.ended) and self.call.keeping.ended not in GOES_ON

    def end_with(
        self, transport: BaseTransport, hung_up: Callable[[], bool] = lambda: False
    ) -> None:
        """The connection ends when the transport's client is gone; the call, if it `hung_up`."""

        @transport.event_handler("on_client_disconnected")
        async def _(_transport: BaseTransport, _client: object) -> None:
            await self.drop(HUNG_UP if hung_up() else LOST)

    async def _end_if_idle(self) -> None:
        await self.lively.lost(busy=lambda: self.call.conversation.state in _BUSY)
        await self.drop(IDLE)

    async def _end_in_time(self) -> None:
        await asyncio.sleep(self.seconds)
        logger.bind(session=self.id).info("time_up")
        await self._end(End(TIME_UP))

    def _told(self, message: str) -> None:
        """Somebody outside wants something of the call."""
        wanted = read(message)
        log = logger.bind(session=self.id, wanted=type(wanted).__name__, length=len(message))
        if wanted is None:
            log.warning("control_ignored")
            return
        log.info("controlled")
        self._begin(self._do(wanted))

    async def _do(self, wanted: Command) -> None:
        match wanted:
            case Speaking():
                await self.worker.queue_frame(ReportedSpeakingFrame())
            case End():
                await self._end(wanted)
            case Forget():
                self._forgotten = True
                await self.drop("ended")
            case _:
                await self.worker.queue_frame(OrderFrame(wanted))

    async def _end(self, order: End) -> None:
        await self.worker.queue_frame(OrderFrame(order))
        await asyncio.sleep(GOODBYE_SECONDS)
        await self.drop(TIME_UP)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name=f"control {self.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def hang_up(self) -> None:
        """Ends the call after what is being said."""
        await self.worker.queue_frame(EndFrame())

    async def drop(self, reason: str) -> None:
        """Ends it at once; but a client that hangs up while it comes about is told, too."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._started.wait(), START_SECONDS)
        await self.worker.cancel(reason=reason)

    def leaves(self, otherwise: Leave, line: SocketLine | None = None) -> Leave:
        """How its client is told why it ends. otherwise: if that is not for another to go on."""

        async def leave(reason: str) -> None:
            if reason != DRAINING:
                await otherwise(reason)
                return
            if line:
                line.goes_on = True
            await self._leave()

        return leave

    async def _leave(self) -> None:
        """Says "one moment" if nothing else is being said, and ends: it goes on elsewhere."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVING_SECONDS):
                await self._started.wait()
                await self.worker.queue_frame(LeavingFrame())
                await self._ended.wait()
        await self.drop(DRAINING)
