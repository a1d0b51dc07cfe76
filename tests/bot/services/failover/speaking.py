"""Voices behind a fail-over, a reply for them, and what comes of it."""

from pipecat.frames.frames import (
    AggregatedTextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)

from bot.services.failover.switchboard import Switchboard
from bot.services.failover.tts import TTSFailover
from conversation.ledger import Ledger, Ledgers
from processors.frames import AnswerStartFrame, SentenceFrame
from processors.tape import seconds_of
from tests.bot.services.failover.fakes import LETTER, FakeTTS, Step
from tests.processors.harness import Bench, clock

FIRST, SECOND = "The deadline is May the first.", "Apply online at any hour."
GOOD: tuple[Step, ...] = ("0.5", "1.0")


class Desk:
    """Voices a, b … behind one fail-over."""

    def __init__(self, *voices: FakeTTS, board: Switchboard | None = None) -> None:
        self.board = board or Switchboard()
        self.ledgers = Ledgers()
        self.failover = TTSFailover(
            list(zip("ab", voices, strict=False)), self.board, self.ledgers, clock=clock
        )

    async def reply(self, bench: Bench, *sentences: str, turn: int = 1) -> None:
        await self.begin(bench, *sentences, turn=turn)
        await bench.after.until(LLMFullResponseEndFrame)

    async def begin(self, bench: Bench, *sentences: str, turn: int = 1) -> None:
        self.ledgers.begin(turn, Ledger())
        await bench.send(AnswerStartFrame(turn=turn), LLMFullResponseStartFrame())
        await bench.send(*(SentenceFrame(f" {s}") for s in sentences), LLMFullResponseEndFrame())


def pieces(bench: Bench) -> list[str]:
    """What clients are told is spoken, in order."""
    frames = bench.after.of(AggregatedTextFrame)
    return [frame.text for frame in frames if not isinstance(frame, TTSTextFrame)]


def words(bench: Bench) -> str:
    return " ".join(frame.text for frame in bench.after.of(TTSTextFrame))


def letters(bench: Bench) -> float:
    """The audio's length, in letters of speech."""
    return sum(seconds_of(frame) for frame in bench.after.of(TTSAudioRawFrame)) / LETTER
