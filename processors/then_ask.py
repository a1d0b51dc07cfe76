"""Adds our own question to what a language model has said."""

import re

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
        LLMTextFrame             -> the same; kept back while it may become `unknown`
        LLMFullResponseEndFrame  -> the question as LLMTextFrame, then the same

    unknown: said where nothing is known. What it asks is left out where a question of ours follows:
    one question at a time.
    """

    def __init__(self, unknown: str = "") -> None:
        super().__init__()
        self._unknown = unknown
        self._question = ""
        self._kept = ""
        self._made = LLMTextFrame

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._question, self._kept = frame.then_ask, ""
            case InterruptionFrame():
                self._question = self._kept = ""
            case LLMTextFrame() if self._question:
                self._kept += frame.text
                self._made = type(frame)
                if not self._unknown.startswith(self._kept):
                    await self._let_go()
                return
            case LLMFullResponseEndFrame() if self._question:
                if self._kept == self._unknown:
                    self._kept = _without_questions(self._unknown)
                await self._let_go()
                await self.push_frame(LLMTextFrame(f" {self._question}"))
                self._question = ""
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _let_go(self) -> None:
        text, self._kept = self._kept, ""
        if text:
            await self.push_frame(self._made(text))


def _without_questions(text: str) -> str:
    sentences = re.split(r"(?<=[.!?])\s+", text.strip())
    return " ".join(s for s in sentences if not s.endswith("?")) or text
