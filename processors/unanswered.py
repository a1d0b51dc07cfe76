"""Notes which questions the documents don't answer."""

import re
from collections.abc import Callable

from pipecat.frames.frames import Frame, InterruptionFrame, LLMFullResponseEndFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import AnswerStartFrame


class Unanswered(FrameProcessor):
    """Stands before the voice, where the end of an answer comes once its turn is surely over.

    An answer that was asked for and begins with the first sentence of `unknown` -> note(turn)
    """

    def __init__(self, unknown: str, note: Callable[[int], None]) -> None:
        super().__init__()
        self._sentence = re.split(r"(?<=[.!?])\s", unknown.strip())[0]
        self._note = note
        self._turn: int | None = None
        self._said = ""
        self._unknown = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._turn, self._said = frame.turn if frame.asked else None, ""
                self._unknown = False
            case InterruptionFrame():
                self._turn = None
            case LLMTextFrame() if self._turn is not None:
                self._look(frame.text)
            case LLMFullResponseEndFrame() if self._turn is not None:
                turn, self._turn = self._turn, None
                if self._unknown:
                    self._note(turn)
            case _:
                pass
        await self.push_frame(frame, direction)

    def _look(self, text: str) -> None:
        if self._unknown:
            return
        self._said = f"{self._said}{text}".lstrip()
        self._unknown = self._said.startswith(self._sentence)
        if not self._sentence.startswith(self._said) and not self._unknown:
            self._turn = None
