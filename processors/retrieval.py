"""What the documents have on the caller's question: the other branch of the parallel pipeline."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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
from processors.ahead_frames import PossibleTurnFrame
from processors.frames import PassagesFrame, UserTurnFrame
from processors.ports import LIMIT_SECONDS, Clock, Counter, Embedder, count_nothing
from processors.working_ahead import Words, WorkAhead
from rag_index.passages import Hit
from rag_index.quoting import GroundedAnswer

Search = Callable[[str, np.ndarray, str | None], Sequence[Hit]]
"""(question, its embedding, what the conversation is about) -> hits, best first."""
Read = Callable[[str, np.ndarray, Sequence[Hit], str | None], GroundedAnswer | None]
"""(question, its embedding, hits, what the conversation is about) -> what they answer."""


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
    """Hits, the version of the documents that they are from, and what they answer, if read."""

    hits: Sequence[Hit]
    embedding: np.ndarray
    version: str
    answer: GroundedAnswer | None = None


def never_rebuilt() -> str:
    """The version of documents that stay as they are."""
    return ""


class RetrievalProcessor(FrameProcessor):
    """UserTurnFrame        -> the same, then PassagesFrame (empty if the search failed)
    UtteranceSoFarFrame  -> nothing yet: what is found is kept for the turn
    PossibleTurnFrame    -> the same, then PassagesFrame (ahead), of which nobody is told

    version: of the documents; what was found in another one is searched again. read: what answers
    from the hits alone; what is found ahead is read ahead too, and with `reads_all` what is found
    late as well. count: each turn adds one to
    `retrieval_ahead`, a hit if it needed no search of its own.
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
        read: Read | None = None,
        reads_all: bool = False,
        count: Counter = count_nothing,
    ) -> None:
        super().__init__()
        self._search, self._embed, self._version = search, embed, version
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._read, self._reads_all, self._count = read, reads_all, count
        self._ahead = WorkAhead(self, self._find_and_read)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if await self._ahead.keeps(frame):
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, UserTurnFrame):
            await self._retrieve(frame)
        elif isinstance(frame, PossibleTurnFrame):
            await self._retrieve_ahead(frame)

    async def _retrieve_ahead(self, turn: PossibleTurnFrame) -> None:
        start = self._now()
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                found = await self._ahead.prepared(turn)
        except Exception as error:  # any index, any reason: the turn itself tries again
            log = logger.bind(turn=turn.turn, error=type(error).__name__)
            log.warning("retrieval_ahead_failed")
            return
        self._ledgers.coming.span("retrieval_ahead", start, self._now())
        await self.push_frame(
            PassagesFrame(turn.turn, found.hits, found.embedding, found.answer, ahead=True)
        )

    async def _retrieve(self, turn: UserTurnFrame) -> None:
        start = self._now()
        passages = PassagesFrame(turn=turn.turn, hits=(), embedding=None)
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                find = self._find_and_read if self._reads_all else self._find
                found = await self._found_ahead(turn) or await find(turn)
                passages.hits, passages.embedding = found.hits, found.embedding
                passages.answer = found.answer
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

    async def _find_and_read(self, words: Words) -> Found:
        found = await self._find(words)
        if self._read is None or not found.hits:
            return found
        answer = await asyncio.to_thread(
            self._read, words.text, found.embedding, found.hits, words.about
        )
        return replace(found, answer=answer)

    async def _find(self, words: Words) -> Found:
        embedding = await self._embed(words.text)
        return await asyncio.to_thread(self._look_up, words, embedding)

    def _look_up(self, words: Words, embedding: np.ndarray) -> Found:
        version = self._version()  # before the search: then it is never newer than the hits
        return Found(self._search(words.text, embedding, words.about), embedding, version)
