"""Notes, and tells, when a turn's words pass on their way from the language model to the voice."""

from pipecat.frames.frames import (
    Frame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import AnswerStartFrame, CitationsFrame, Script
from processors.ports import Clock, Counter, count_nothing

UNSURE_BELOW = 0.6
"""Of what the grounded answerer thinks that its answer is right; it says that it doesn't know where
that is improbable."""


class LedgerTap(FrameProcessor):
    """Stands between LLM and TTS; changes nothing.

    AnswerStartFrame  -> the turn that the words belong to
    LLMTextFrame      -> milestone `llm_first` of that turn; the reply's script grows
    end of the words  -> `processing` of stage llm, if it was asked; the script is whole
                         and one more of `answers`: with no passage cited, it was unanswered
    """

    def __init__(
        self,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
        count: Counter = count_nothing,
    ) -> None:
        super().__init__()
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._count = count
        self._turn: int | None = None
        self._asked = False
        self._cites = True
        self._sure = True
        self._script = Script()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, AnswerStartFrame):
            self._turn, self._asked, self._script = frame.turn, frame.asked, frame.script
            self._cites, self._sure = bool(frame.citations), True
        elif isinstance(frame, CitationsFrame):
            self._cites = bool(frame.citations)
            self._sure = frame.confidence is None or frame.confidence >= UNSURE_BELOW
        elif isinstance(frame, LLMTextFrame) and self._turn is not None:
            if not self._script.text:  # ahead of its turn there is no ledger: it took no time
                self._ledgers.of(self._turn).mark("llm_first", now=self._now())
            self._script.text += frame.text
        elif isinstance(frame, LLMFullResponseEndFrame):
            self._script.whole = True
            if self._asked:
                self._count("answers", outcome=self._outcome)
                message = self._tell.processing("llm", 1.0, {})
                await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        await self.push_frame(frame, direction)

    @property
    def _outcome(self) -> str:
        if not self._cites:
            return "unanswered"
        return "answered" if self._sure else "unsure"
