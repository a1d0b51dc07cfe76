"""Stands where the TTS stands when a conversation is in text: words pass, nothing is spoken."""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType


class TextOnlySpeech(FrameProcessor):
    """LLM text frames of one reply -> AggregatedTextFrame, TTSTextFrame; no audio."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMTextFrame):
            self._words.append(frame.text)
            return
        if isinstance(frame, LLMFullResponseEndFrame):
            text, self._words = "".join(self._words).strip(), []
            if text:
                await self.push_frame(AggregatedTextFrame(text, TextType.SENTENCE))
                await self.push_frame(TTSTextFrame(text, text_type=TextType.SENTENCE))
        await self.push_frame(frame, direction)
