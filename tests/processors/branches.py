"""Intent and retrieval side by side, with parts that say what they were asked."""

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
from pipecat.pipeline.parallel_pipeline import ParallelPipeline
from pipecat.processors.frame_processor import FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledger, Ledgers
from processors.ahead_frames import UtteranceSoFarFrame
from processors.frames import PassagesFrame, UserTurnFrame
from processors.intent import IntentProcessor
from processors.retrieval import RetrievalProcessor
from rag_index.intents import IntentResult
from rag_index.passages import Hit, Passage
from rag_index.quoting import GroundedAnswer
from tests.processors.harness import Bench, clock

TELL = Announcements("session", lambda: 0.0)
VECTOR = np.zeros(384, dtype=np.float32)


class Classifier:
    """Knows one pattern; the rest it tells by the embedding."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def match_patterns(self, text: str) -> IntentResult | None:
        certain = IntentResult(intent="goodbye", confidence=1.0, level="L1", action="hang_up")
        return certain if text == "Goodbye." else None

    def classify(self, text: str, embedding: np.ndarray) -> IntentResult:
        self.asked.append(text)
        return IntentResult(intent=text, confidence=0.9, level="L2", action="answer")


class World:
    """Both branches, with documents, an encoder and a classifier that say what they were asked."""

    def __init__(self, *, reads_all: bool = False, behind: Sequence[FrameProcessor] = ()) -> None:
        """behind: what stands behind them."""
        self.embedded: list[str] = []
        self.searched: list[tuple[str, str | None]] = []
        self.read: list[str] = []
        self.counted: list[str] = []
        self.version = "1"
        self.fails = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.ledgers, self.classifier = Ledgers(), Classifier()
        for turn in (1, 2):
            self.ledgers.begin(turn, Ledger(marks={"speech_ended": 0.0}))
        self.bench = Bench(
            ParallelPipeline(
                [
                    IntentProcessor(
                        self.classifier,  # type: ignore[arg-type]
                        self._embed_intent,
                        TELL,
                        self.ledgers,
                        clock=clock,
                    )
                ],
                [
                    RetrievalProcessor(
                        self._search,
                        self._embed,
                        TELL,
                        self.ledgers,
                        clock=clock,
                        version=lambda: self.version,
                        read=self._read,
                        reads_all=reads_all,
                        count=self.count,
                    )
                ],
            ),
            *behind,
        )

    def count(self, name: str, **labels: str) -> None:
        self.counted.append(f"{name} {labels['outcome']}")

    async def _embed_intent(self, text: str) -> np.ndarray:
        return VECTOR

    async def _embed(self, text: str) -> np.ndarray:
        self.embedded.append(text)
        await self.gate.wait()
        return VECTOR

    def _search(self, text: str, embedding: np.ndarray, about: str | None) -> Sequence[Hit]:
        assert threading.current_thread() is not threading.main_thread()
        self.searched.append((text, about))
        if self.fails:
            raise RuntimeError("no index")
        passage = Passage("1", f"{text} {self.version}", "", (), text, None, 0, 1, (text,))
        return (Hit(passage, 1.0),)

    def _read(
        self, text: str, embedding: np.ndarray, hits: Sequence[Hit], about: str | None
    ) -> GroundedAnswer:
        self.read.append(text)
        return GroundedAnswer(f"{text} is 5", (f"{text} is 5",), (), 0.9, answered=True)

    async def speaks(self, *texts: str, about: str | None = None) -> None:
        for text in texts:
            await self.bench.send(UtteranceSoFarFrame(text=text, about=about))
        for _ in range(5):
            await asyncio.sleep(0.01)  # on the clock that jumps

    async def ends(self, text: str, *, turn: int = 1, about: str | None = None) -> PassagesFrame:
        await self.bench.send(UserTurnFrame(turn=turn, text=text, about=about))
        return await self.bench.after.until(PassagesFrame, turn)


def document(found: PassagesFrame) -> str:
    return found.hits[0].passage.document
