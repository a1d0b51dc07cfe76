"""What the documents have on the caller's question: the other branch of the parallel pipeline."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from loguru import logger
from pipecat.frames.frames import Frame, OutputTransportMessageUrgentFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import PassagesFrame, UserTurnFrame
from processors.ports import LIMIT_SECONDS, Clock, Embedder
from rag_index.passages import Hit

Search = Callable[[str, np.ndarray, str | None], Sequence[Hit]]
"""(question, its embedding, what the conversation is about) -> hits, best first."""


def citation_of(hit: Hit) -> dict[str, Any]:
    """A passage as clients see it."""
    passage = hit.passage
    return {
        "document": passage.document,
        "title": passage.title,
        "headings": list(passage.headings),
        "page": passage.page,
        "text": passage.text,
        "score": round(float(hit.score), 3),
    }


class RetrievalProcessor(FrameProcessor):
    """UserTurnFrame -> the same, then PassagesFrame (empty if the search failed)."""

    def __init__(
        self,
        search: Search,
        embed: Embedder,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._search, self._embed = search, embed
        self._tell, self._ledgers, self._now = announcements, ledgers, clock

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, UserTurnFrame):
            await self._retrieve(frame)

    async def _retrieve(self, turn: UserTurnFrame) -> None:
        start = self._now()
        found = PassagesFrame(turn=turn.turn, hits=(), embedding=None)
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                found.embedding = await self._embed(turn.text)
                found.hits = await asyncio.to_thread(
                    self._search, turn.text, found.embedding, turn.about
                )
        except Exception as error:  # any index, any reason: the turn goes on without passages
            logger.bind(turn=turn.turn, error=type(error).__name__).warning("retrieval_failed")
        self._ledgers.of(turn.turn).span("retrieval", start, self._now())
        details = {"passages": [citation_of(hit) for hit in found.hits]}
        message = self._tell.processing("retrieval", 1.0, details)
        await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        await self.push_frame(found)
