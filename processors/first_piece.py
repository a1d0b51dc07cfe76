"""The first piece of a reply goes to the voice first; of an answer made ahead, it alone."""

from pipecat.frames.frames import Frame, InterruptionFrame, LLMFullResponseEndFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.first_piece import cut_first
from processors.ahead_frames import TurnConfirmedFrame
from processors.frames import AnswerStartFrame, SentenceFrame


class FirstPiece(FrameProcessor):
    """Stands before the voice, behind all that makes words.

        first LLMTextFrame -> its first sentence as SentenceFrame, or the first clause of a long one
                              if it `cuts`; then the rest
        an answer ahead    -> the first piece; the rest after TurnConfirmedFrame
        an interruption    -> nothing more of it

    cuts: where a short text is spoken sooner than a long one. A service that streams begins as soon
    with either.
    """

    def __init__(self, *, cuts: bool = True) -> None:
        super().__init__()
        self._cuts = cuts
        self._first = False
        self._ahead = 0  # the number of the reply, if it was made ahead
        self._most: int | None = None  # pieces that may go on; None: all
        self._confirmed = 0
        self._waiting: list[Frame] = []
        self._letting = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._first, self._waiting = True, []
                self._ahead = frame.ahead
                self._most = 1 if frame.ahead and frame.ahead != self._confirmed else None
            case InterruptionFrame():
                self._first, self._waiting = False, []
            case TurnConfirmedFrame():
                self._confirmed = frame.ahead
                self._most = None if self._ahead == frame.ahead else self._most
                await self.push_frame(frame, direction)
                await self._let_go()
                return
            case LLMTextFrame() | LLMFullResponseEndFrame():
                self._waiting += self._pieces(frame)
                await self._let_go()
                return
            case _:
                pass
        await self.push_frame(frame, direction)

    def _pieces(self, frame: LLMTextFrame | LLMFullResponseEndFrame) -> list[Frame]:
        first = self._first and isinstance(frame, LLMTextFrame)
        self._first = self._first and not first
        if not (first and isinstance(frame, LLMTextFrame)):
            return [frame]
        head, rest = cut_first(frame.text, clauses=self._cuts)
        return [SentenceFrame(head), type(frame)(rest)] if rest.strip() else [frame]

    async def _let_go(self) -> None:
        """In order, though the turn may be confirmed while its words are still coming."""
        if self._letting:
            return
        self._letting = True
        try:
            while self._waiting and self._most != 0:
                self._most = None if self._most is None else self._most - 1
                await self.push_frame(self._waiting.pop(0))
        finally:
            self._letting = False
