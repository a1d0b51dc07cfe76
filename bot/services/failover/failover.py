"""What the fail-over of STT, LLM and TTS have in common: a pipeline beside the pipeline."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    MetricsFrame,
    StartFrame,
)
from pipecat.metrics.metrics import (
    LLMUsageMetricsData,
    MetricsData,
    STTUsageMetricsData,
    TTSUsageMetricsData,
)
from pipecat.pipeline.base_pipeline import BasePipeline
from pipecat.processors.frame_processor import (
    FrameDirection,
    FrameProcessor,
    FrameProcessorSetup,
)

from bot.services.failover.asking import Request, Signs
from bot.services.failover.branch import Branch
from bot.services.failover.switchboard import Switchboard
from conversation.ledger import Ledgers
from conversation.use import Unit
from processors.ports import Clock

Services = Sequence[tuple[str, FrameProcessor]]
"""Each provider's name and its service of this call, in the order of the settings."""


class Failover(BasePipeline):
    """Stands in the pipeline where one service of `signs.kind` would.

    StartFrame, CancelFrame  -> every service, and on; no service delays another, or the call
    EndFrame                 -> every service; on when they have ended, or had time to
    InterruptionFrame        -> the services at work, and on
    MetricsFrame of a service-> what was used goes into the turn's ledger
    anything else downstream -> `handle`
    """

    def __init__(
        self,
        signs: Signs,
        services: Services,
        board: Switchboard,
        ledgers: Ledgers,
        *,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._signs, self._board, self._ledgers, self._now = signs, board, ledgers, clock
        self._branches = [
            Branch(signs.kind, name, service, self._aside) for name, service in services
        ]

    @property
    def processors(self) -> list[FrameProcessor]:
        """The services and the ends around each."""
        return [processor for branch in self._branches for processor in branch.processors]

    def processors_with_metrics(self) -> list[FrameProcessor]:
        """The services that measure."""
        return [b.service for b in self._branches if b.service.can_generate_metrics()]

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """A service that is slow to connect holds up nobody: it is ready when it is."""
        await super().setup(setup)
        self._setup_finished()
        await self._setup_processors(self.processors, Branch.unobserved(setup))

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._cleanup_processors(self.processors)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame() | CancelFrame():
                for branch in self._branches:
                    await branch.give(frame)
            case EndFrame():
                await self.finish()
                await asyncio.gather(*(branch.end(frame) for branch in self._branches))
            case InterruptionFrame():
                await self.interrupted()
            case _ if direction is FrameDirection.DOWNSTREAM:
                await self.handle(frame)
                return
            case _:
                pass
        await self.push_frame(frame, direction)

    @abstractmethod
    async def handle(self, frame: Frame) -> None:
        """Does the work that `frame` asks for, or pushes it on."""

    async def interrupted(self) -> None:
        """The answer under way is not wanted any more."""
        for branch in self._branches:
            await branch.hush()

    async def finish(self) -> None:
        """The pipeline ends: what is left to be done is done now."""

    def _request(self, turn: int | None) -> Request:
        ledger = self._ledgers.coming if turn is None else self._ledgers.of(turn)
        return Request(self._branches, self._signs, self._board, ledger, turn, self._now)

    async def _aside(self, branch: Branch, frame: MetricsFrame) -> None:
        for data in frame.data:
            for unit, amount in _amounts(data):
                used = self._board.used(branch.kind, branch.name, data.model or "", unit, amount)
                self._ledgers.book(branch.turn, used)
        if self.metrics_enabled:
            await self.push_frame(frame)


def _amounts(data: MetricsData) -> list[tuple[Unit, float]]:
    match data:
        case LLMUsageMetricsData(value=tokens):
            # what the prompt's cache gave is in `total_tokens`, whichever way a service counts
            came = tokens.total_tokens - tokens.completion_tokens
            return [
                (Unit.TOKENS_IN, max(came, tokens.prompt_tokens)),
                (Unit.TOKENS_OUT, tokens.completion_tokens),
            ]
        case TTSUsageMetricsData(value=characters):
            return [(Unit.CHARACTERS, characters)]
        case STTUsageMetricsData(value=usage):
            return [(Unit.SECONDS, usage.audio_seconds)]
        case _:
            return []
