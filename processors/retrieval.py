"""What the documents have on the caller's question: the other branch of the parallel pipeline."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from loguru import logger
from pipecat.frames.frames import (
    Frame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import PassagesFrame, UserTurnFrame, UtteranceSoFarFrame
from processors.ports import LIMIT_SECONDS, Clock, Counter, Embedder, count_nothing
from processors.working_ahead import WorkAhead
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


@dataclass(frozen=True)
class Found:
    """Hits, and the version of the documents that they are from."""

    hits: Sequence[Hit]
    embedding: np.ndarray
    version: str


def never_rebuilt() -> str:
    """The version of documents that stay as they are."""
    return ""


class RetrievalProcessor(FrameProcessor):
    """UserTurnFrame        -> the same, then PassagesFrame (empty if the search failed)
    UtteranceSoFarFrame  -> nothing yet: what is found is kept for the turn

    version: of the documents; what was found in another one is searched again. count: each turn
    adds one to `retrieval_ahead`, a hit if it needed no search of its own.
    """

    def __init__(
        self,
        search: Search,
        embed: Embedder,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
        version: Callable[[], str] = never_rebuilt,
        count: Counter = count_nothing,
    ) -> None:
        super().__init__()
        self._search, self._embed, self._version = search, embed, version
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._count = count
        self._ahead = WorkAhead(self, self._find)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if await self._ahead.keeps(frame):
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, UserTurnFrame):
            await self._retrieve(frame)

    async def _retrieve(self, turn: UserTurnFrame) -> None:
        start = self._now()
        passages = PassagesFrame(turn=turn.turn, hits=(), embedding=None)
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                found = await self._found_ahead(turn) or await self._find(turn)
                passages.hits, passages.embedding = found.hits, found.embedding
        except Exception as error:  # any index, any reason: the turn goes on without passages
            logger.bind(turn=turn.turn, error=type(error).__name__).warning("retrieval_failed")
        self._ledgers.of(turn.turn).span("retrieval", start, self._now())
        details = {"passages": [citation_of(hit) for hit in passages.hits]}
        message = self._tell.processing("retrieval", 1.0, details)
        await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        await self.push_frame(passages)

    async def _found_ahead(self, turn: UserTurnFrame) -> Found | None:
        found = await self._ahead.result_for(turn)
        if found and found.version != await asyncio.to_thread(self._version):
            found = None
        self._count("retrieval_ahead", outcome="hit" if found else "miss")
        return found

    async def _find(self, words: UserTurnFrame | UtteranceSoFarFrame) -> Found:
        embedding = await self._embed(words.text)
        return await asyncio.to_thread(self._look_up, words, embedding)

    def _look_up(self, words: UserTurnFrame | UtteranceSoFarFrame, embedding: np.ndarray) -> Found:
        version = self._version()  # before the search: then it is never newer than the hits
        return Found(self._search(words.text, embedding, words.about), embedding, version)
