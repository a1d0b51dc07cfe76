"""One provider's service, outside the pipeline's own line, asked for one thing at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from pipecat.frames.frames import (
    EndFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    MetricsFrame,
    SystemFrame,
)
from pipecat.pipeline.pipeline import PipelineSink, PipelineSource
from pipecat.processors.frame_processor import (
    FrameDirection,
    FrameProcessor,
    FrameProcessorSetup,
)

END_SECONDS = 2.0  # for a service to end in order
HUSH_SECONDS = 0.5  # for a service to drop what it was asked for

Aside = Callable[["Branch", MetricsFrame], Awaitable[None]]
"""Takes what a service measures."""


class Branch:
    """A service between two ends of ours.

    give(frame)      -> the service
    answers, errors  -> `listener`, while something is asked for; else they are dropped
    hush()           -> InterruptionFrame; what comes before it is out again is dropped
    metrics          -> `aside`
    """

    def __init__(self, kind: str, name: str, service: FrameProcessor, aside: Aside) -> None:
        self.kind, self.name, self.service = kind, name, service
        self.turn: int | None = None
        """Of what was asked for last."""
        self.listener: Callable[[Frame], None] | None = None
        self._aside = aside
        self._ends = PipelineSource(self._up), PipelineSink(self._down)
        self._ends[0].link(service)
        service.link(self._ends[1])
        self._hushing: set[int] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._ended = asyncio.Event()

    @property
    def provided(self) -> tuple[str, str]:
        """Kind and name."""
        return self.kind, self.name

    @property
    def processors(self) -> list[FrameProcessor]:
        """What has to be set up and cleaned up."""
        return [self._ends[0], self.service, self._ends[1]]

    @staticmethod
    def unobserved(setup: FrameProcessorSetup) -> FrameProcessorSetup:
        """Observers are told of an answer when it goes on, not when one provider makes it."""
        return replace(setup, observer=None, enable_usage_metrics=True)

    async def give(self, frame: Frame) -> None:
        """Hands the service a frame; waits for nothing."""
        await self.service.queue_frame(frame, FrameDirection.DOWNSTREAM)

    async def ready(self) -> bool:
        """Whether the service is free for a new request, waiting a little for it to be."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._quiet.wait(), HUSH_SECONDS)
        if not self.service.is_usable:  # the breaker let it in again
            await self.service.set_usable(True)
        return self._quiet.is_set()

    async def hush(self) -> None:
        """Whatever it was asked for is not wanted any more."""
        if self.listener is None:
            return
        self.listener = None
        frame = InterruptionFrame()
        self._hushing.add(frame.id)
        self._quiet.clear()
        await self.give(frame)

    async def end(self, frame: EndFrame) -> None:
        """Ends the service in order, if it does so in time."""
        await self.give(frame)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), END_SECONDS)

    async def _up(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, ErrorFrame):
            self._answer(frame)

    async def _down(self, frame: Frame, direction: FrameDirection) -> None:
        match frame:
            case InterruptionFrame():
                self._hushing.discard(frame.id)
                if not self._hushing:
                    self._quiet.set()
            case EndFrame():
                self._ended.set()
            case MetricsFrame():
                await self._aside(self, frame)
            case SystemFrame():
                pass  # passed by the service what we gave it
            case _:
                self._answer(frame)

    def _answer(self, frame: Frame) -> None:
        if self.listener is not None and self._quiet.is_set():
            self.listener(frame)
