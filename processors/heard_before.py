"""Leaves out of an answer what the caller heard of it, before another worker took the call up."""

from pipecat.frames.frames import Frame, InterruptionFrame, LLMFullResponseEndFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.unfinished import after, begins
from processors.frames import AnswerStartFrame


class HeardBefore(FrameProcessor):
    """Stands behind all that makes a reply's words.

        AnswerStartFrame         -> the same; its `heard` is kept
        LLMTextFrame             -> the same; kept back while it may be what was heard, which goes
        LLMFullResponseEndFrame  -> what was kept back, then the same

    An answer that begins otherwise is another one: it is said from its beginning.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heard = ""
        self._kept = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._heard, self._kept = frame.heard, ""
            case InterruptionFrame():
                self._heard = self._kept = ""
            case LLMTextFrame() if self._heard:
                await self._compare(frame.text)
                return
            case LLMFullResponseEndFrame() if self._heard:
                await self._let_go(self._kept)
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _compare(self, text: str) -> None:
        self._kept += text
        if rest := after(self._kept, self._heard) if begins(self._kept, self._heard) else "":
            await self._let_go(rest)
        elif not (begins(self._heard, self._kept) or begins(self._kept, self._heard)):
            await self._let_go(self._kept)

    async def _let_go(self, text: str) -> None:
        self._heard = self._kept = ""
        if text:
            await self.push_frame(LLMTextFrame(text))
