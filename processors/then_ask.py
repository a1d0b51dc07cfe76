"""Adds our own question to what a language model has said."""

from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import AnswerStartFrame


class ThenAsk(FrameProcessor):
    """Stands behind the language model.

    AnswerStartFrame         -> the same; its `then_ask` is kept
    LLMFullResponseEndFrame  -> the question as LLMTextFrame, then the same
    """

    def __init__(self) -> None:
        super().__init__()
        self._question = ""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, AnswerStartFrame):
            self._question = frame.then_ask
        elif isinstance(frame, InterruptionFrame):
            self._question = ""
        elif isinstance(frame, LLMFullResponseEndFrame) and self._question:
            question, self._question = self._question, ""
            await self.push_frame(LLMTextFrame(f" {question}"), direction)
        await self.push_frame(frame, direction)
