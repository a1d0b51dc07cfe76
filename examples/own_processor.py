"""A processor of one's own: words that recognisers don't know are put right before they are used.

TURNWISE_EXTEND=examples.own_processor:extend .venv/bin/python runner.py serve
"""

import re
from dataclasses import replace

from pipecat.frames.frames import Frame, InterimTranscriptionFrame, TranscriptionFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.pipeline import Parts

MISHEARD = {"elder ridge": "Alder Ridge", "fast four": "FAFSA", "faff so": "FAFSA"}


class PutRight(FrameProcessor):
    """(Interim)TranscriptionFrame -> the same with the right words; all else passes."""

    def __init__(self, words: dict[str, str]) -> None:
        super().__init__()
        self._words = words
        self._wrong = re.compile("|".join(rf"\b{re.escape(w)}\b" for w in words), re.IGNORECASE)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame | InterimTranscriptionFrame):
            frame.text = self._wrong.sub(lambda found: self._words[found[0].lower()], frame.text)
        await self.push_frame(frame, direction)


def extend(parts: Parts) -> Parts:
    """Called for each call: processors belong to one call alone."""
    return replace(parts, ears=(*parts.ears, PutRight(MISHEARD)))
