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
        LLMTextFrame             -> the same; its end is kept back while it may become `offer`
        LLMFullResponseEndFrame  -> the question as LLMTextFrame, then the same

    offer: asked at the end of what is said where nothing is sure. It is left out where a question
    of ours follows: one question at a time.
    """

    def __init__(self, offer: str = "") -> None:
        super().__init__()
        self._offer = offer
        self._question = ""
        self._kept = ""
        self._said = False
        self._made = LLMTextFrame

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._question, self._kept, self._said = frame.then_ask, "", False
            case InterruptionFrame():
                self._question = self._kept = ""
            case LLMTextFrame() if self._question:
                self._kept += frame.text
                self._made = type(frame)
                await self._let_go(_beginning_of(self._offer, self._kept))
                return
            case LLMFullResponseEndFrame() if self._question:
                if self._kept.strip() != self._offer or not self._said:
                    await self._let_go(len(self._kept))
                await self.push_frame(LLMTextFrame(f" {self._question}"))
                self._question = ""
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _let_go(self, end: int) -> None:
        text, self._kept = self._kept[:end], self._kept[end:]
        if text:
            self._said = True
            await self.push_frame(self._made(text))


def _beginning_of(offer: str, text: str) -> int:
    """Where `text` stops being anything else than white space and the beginning of `offer`."""
    longest = min(len(text), len(offer))
    held = next((n for n in range(longest, 0, -1) if text.endswith(offer[:n])), 0)
    return len(text[: len(text) - held].rstrip())
