"""Notes on the way from the language model to the voice when a turn's first words pass."""

from pipecat.frames.frames import Frame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.ledger import Ledgers
from processors.frames import AnswerStartFrame
from processors.ports import Clock


class LedgerTap(FrameProcessor):
    """Stands between LLM and TTS; changes nothing.

    AnswerStartFrame  -> the turn that the words belong to
    LLMTextFrame      -> milestone `llm_first` of that turn
    """

    def __init__(self, ledgers: Ledgers, *, clock: Clock) -> None:
        super().__init__()
        self._ledgers, self._now = ledgers, clock
        self._turn: int | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, AnswerStartFrame):
            self._turn = frame.turn
        elif isinstance(frame, LLMTextFrame) and self._turn is not None:
            self._ledgers.of(self._turn).mark("llm_first", now=self._now())
        await self.push_frame(frame, direction)
