"""The path of an answer behind the ears, with a language model and a voice that are scripted."""

import asyncio
from collections.abc import Sequence

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

from conversation.desk import Desk
from conversation.ledger import Ledgers
from conversation.replying import Persona
from processors.ahead_frames import PossibleTurnFrame
from processors.first_piece import FirstPiece
from processors.frames import SentenceFrame, UserTurnFrame
from processors.ledger import LedgerTap
from processors.merge import Merge
from processors.speech_hold import SpeechHold
from tests.processors.branches import TELL, World
from tests.processors.harness import Bench, clock

RATE = 24000
ANSWER = (
    "The fee for all of our programs is sixty dollars, and you pay it online.",
    " Or by card.",
)
FIRST = "The fee for all of our programs is sixty dollars,"


class Model(FrameProcessor):
    """Says the same to every question, when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[LLMContextFrame] = []
        self.lets = asyncio.Event()
        self.lets.set()
        self.fails = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        self.asked.append(frame)
        await self.lets.wait()
        if self.fails:
            await self.push_error("no words")
            return
        await self.push_frame(LLMFullResponseStartFrame())
        for sentence in ANSWER:
            await self.push_frame(SentenceFrame(sentence))
        await self.push_frame(LLMFullResponseEndFrame())


class Voice(FrameProcessor):
    """Speaks a second for each text."""

    def __init__(self) -> None:
        super().__init__()
        self.spoke: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMTextFrame):
            await self.push_frame(frame, direction)
            return
        self.spoke.append(frame.text)
        await self.push_frame(AggregatedTextFrame(frame.text, TextType.SENTENCE))
        await self.push_frame(TTSAudioRawFrame(bytes(2 * RATE), RATE, 1))
        await self.push_frame(TTSTextFrame(frame.text, text_type=TextType.SENTENCE))


class Answering:
    """Everything from intent to the caller's ear."""

    def __init__(self, *before_the_ear: FrameProcessor) -> None:
        self.model, self.voice, self.desk = Model(), Voice(), Desk(Persona())
        behind: Sequence[FrameProcessor] = (
            Merge(
                self.desk.persona,
                TELL,
                Ledgers(),
                clock=clock,
                desk=self.desk,
                count=lambda name, **labels: self.world.count(name, **labels),
            ),
            self.model,
            FirstPiece(),
            LedgerTap(TELL, Ledgers(), clock=clock),
            self.voice,
            SpeechHold(TELL, Ledgers(), clock=clock),
            *before_the_ear,
        )
        self.world = World(behind=behind)
        self._taps(behind)

    def _taps(self, behind: Sequence[FrameProcessor]) -> None:
        """All of them write into the same ledgers."""
        for processor in behind:
            if hasattr(processor, "_ledgers"):
                processor._ledgers = self.world.ledgers  # type: ignore[attr-defined]

    @property
    def bench(self) -> Bench:
        return self.world.bench

    @property
    def counted(self) -> list[str]:
        """What became of the answers made ahead."""
        name = "answers_ahead "
        return [c.removeprefix(name) for c in self.world.counted if c.startswith(name)]

    @property
    def heard(self) -> int:
        """Frames of audio that reached the caller."""
        return len(self.bench.after.of(TTSAudioRawFrame))

    @property
    def told(self) -> list[dict]:
        return [frame.message for frame in self.bench.after.of(OutputTransportMessageUrgentFrame)]

    async def maybe(self, text: str, *, turn: int = 1) -> None:
        """A silence begins after these words."""
        await self.bench.send(PossibleTurnFrame(turn, text))
        await self.rest()

    async def over(self, text: str, *, turn: int = 1, stands: bool = True) -> None:
        """The turn is over."""
        await self.bench.send(UserTurnFrame(turn, text, stands=stands))

    async def rest(self) -> None:
        """Lets what takes no time, and what threads do, happen."""
        for _ in range(8):
            await asyncio.sleep(0.01)  # on the clock that jumps
