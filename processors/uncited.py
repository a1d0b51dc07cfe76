"""A language model that says it doesn't know has used no passage, so none is cited."""

import re

from pipecat.frames.frames import Frame, InterruptionFrame, LLMFullResponseEndFrame, LLMTextFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from processors.frames import AnswerStartFrame, CitationsFrame


class Uncited(FrameProcessor):
    """Stands behind the language model.

        AnswerStartFrame  -> the same; the words that follow are looked at, if they were asked for
        LLMTextFrame      -> kept back while it may become the first sentence of `unknown`
        that sentence     -> CitationsFrame with none, then its words
        other words       -> the same, at once

    The voice waits for whole sentences anyhow: keeping back the first one costs no time.
    """

    def __init__(self, unknown: str) -> None:
        super().__init__()
        self._sentence = re.split(r"(?<=[.!?])\s", unknown.strip())[0]
        self._looking = False
        self._kept: list[LLMTextFrame] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case AnswerStartFrame():
                self._looking, self._kept = frame.asked, []
            case InterruptionFrame():
                self._looking, self._kept = False, []
            case LLMTextFrame() if self._looking:
                self._kept.append(frame)
                await self._look()
                return
            case LLMFullResponseEndFrame():
                await self._let_go()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _look(self) -> None:
        said = "".join(frame.text for frame in self._kept).lstrip()
        if said.startswith(self._sentence):
            await self.push_frame(CitationsFrame())
            await self._let_go()
        elif not self._sentence.startswith(said):
            await self._let_go()

    async def _let_go(self) -> None:
        kept, self._kept, self._looking = self._kept, [], False
        for frame in kept:
            await self.push_frame(frame)
