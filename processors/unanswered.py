"""Notes which questions the documents don't answer, or not surely."""

from collections.abc import Callable, Sequence

from pipecat.frames.frames import Frame, InterruptionFrame, LLMFullResponseEndFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import AnswerStartFrame


class Unanswered(FrameProcessor):
    """Stands before the voice, where the end of an answer comes once its turn is surely over.

    An answer that was asked for and begins with one of `admissions` -> note(turn)
    """

    def __init__(self, admissions: Sequence[str], note: Callable[[int], None]) -> None:
        super().__init__()
        self._admissions = admissions
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
        self._unknown = any(self._said.startswith(a) for a in self._admissions)
        if not self._unknown and not any(a.startswith(self._said) for a in self._admissions):
            self._turn = None
