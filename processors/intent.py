"""What the caller wants: one branch of the parallel pipeline."""

import asyncio
from collections.abc import Callable

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.ahead_frames import PossibleTurnFrame
from processors.frames import IntentFrame, UserTurnFrame
from processors.ports import LIMIT_SECONDS, Clock, Embedder
from processors.working_ahead import Words, WorkAhead
from rag_index.intents import IntentClassifier, IntentResult


class IntentProcessor(FrameProcessor):
    """UserTurnFrame        -> the same, then IntentFrame (result None if it could not be told)
    UtteranceSoFarFrame  -> nothing yet: its intent is kept for the turn
    PossibleTurnFrame    -> the same, then IntentFrame (ahead), of which nobody is told

    Patterns first (L1); only what they don't decide costs an embedding (L2).
    """

    def __init__(
        self,
        classifier: IntentClassifier | None,
        embed: Embedder,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._classifier, self._embed = classifier, embed
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._ahead = WorkAhead(self, lambda words: self._result(words.text))

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if await self._ahead.keeps(frame):
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, UserTurnFrame):
            await self._classify(frame)
        elif isinstance(frame, PossibleTurnFrame):
            await self._classify_ahead(frame)

    async def _classify_ahead(self, turn: PossibleTurnFrame) -> None:
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                result = self._certain(turn) or await self._ahead.prepared(turn)
        except Exception as error:  # any model, any reason: the turn itself tries again
            logger.bind(turn=turn.turn, error=type(error).__name__).warning("intent_ahead_failed")
            return
        if result is None or result.level == "L2" or result == self._certain(turn):
            await self.push_frame(IntentFrame(turn=turn.turn, result=result, ahead=True))

    async def _classify(self, turn: UserTurnFrame) -> None:
        start = self._now()
        result = None
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                result = await self._result_of(turn)
        except Exception as error:  # any model, any reason: the turn goes on without an intent
            logger.bind(turn=turn.turn, error=type(error).__name__).warning("intent_failed")
        self._ledgers.of(turn.turn).span("intent", start, self._now())
        if result:
            details = {
                "intent": result.intent,
                "confidence": round(result.confidence, 3),
                "level": result.level,
            }
            message = self._tell.processing("intent_classification", 1.0, details)
            await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        await self.push_frame(IntentFrame(turn=turn.turn, result=result))

    async def _result_of(self, turn: UserTurnFrame) -> IntentResult | None:
        if certain := self._certain(turn):
            await self._ahead.drop()
            return certain
        ahead = await self._ahead.result_for(turn)
        return ahead if ahead and ahead.level == "L2" else await self._result(turn.text)

    def _certain(self, words: Words) -> IntentResult | None:
        return self._classifier.match_patterns(words.text) if self._classifier else None

    async def _result(self, text: str) -> IntentResult | None:
        if self._classifier is None:
            return None
        if certain := self._classifier.match_patterns(text):
            return certain
        embedding = await self._embed(text)
        classify: Callable[..., IntentResult] = self._classifier.classify
        return await asyncio.to_thread(classify, text, embedding)
