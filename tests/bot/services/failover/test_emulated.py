"""Each hosted provider, each fault, over a socket: the one that lives answers, and once."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    ErrorFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameProcessor

from bot.services.failover.llm import LLMFailover
from bot.services.failover.stt import STTFailover
from bot.services.failover.switchboard import Switchboard, Timeouts
from bot.services.failover.tts import TTSFailover
from bot.services.local.lulls import Lull
from conversation.ledger import Ledger, Ledgers
from processors.frames import AnswerStartFrame, FinalSegmentFrame, SentenceFrame
from processors.tape import seconds_of
from tests.bot.services.emulated import PERSONA, hosted, question, utterance
from tests.bot.services.failover.fakes import FakeLLM, FakeSTT, FakeTTS
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator, Fault
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.groq import GroqEmulator
from tests.emulators.tone import SECONDS_A_CHARACTER
from tests.processors.harness import Bench, clock

TIMEOUT = 0.5  # seconds
FIRST, SECOND = "The deadline is January the fifteenth.", "You can apply online at any hour."
LLMS = {"groq": GroqEmulator, "gemini": GeminiEmulator, "openai": GroqEmulator}
TTSS = {"elevenlabs": ElevenLabsEmulator, "google": GoogleTTSEmulator}
WITHIN = (Fault.STALLED, Fault.DROPPED, Fault.ENDS_EARLY)


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


class Desk:
    """One hosted provider and one that lives, behind a fail-over."""

    def __init__(self, kind: str) -> None:
        self.board = Switchboard(Timeouts({kind: TIMEOUT}))
        self.ledgers = Ledgers()
        self.ledgers.begin(1, Ledger())

    def around(self, kind: str, hosted: FrameProcessor, lives: FrameProcessor) -> FrameProcessor:
        both = [("hosted", hosted), ("lives", lives)]
        if kind == "llm":
            return LLMFailover(both, self.board, self.ledgers, PERSONA, clock=clock)
        make = STTFailover if kind == "stt" else TTSFailover
        return make(both, self.board, self.ledgers, clock=clock)

    def passed_over(self, kind: str) -> bool:
        return self.board.failovers == {(kind, "hosted", "lives"): 1}


def emulated(running: ExitStack, kind: str, name: str, make: type[Emulator]) -> tuple:
    """The emulator, and the provider's service of one call."""
    emulator = running.enter_context(make())
    if name == "openai" and isinstance(emulator, GroqEmulator):
        url, key, model = emulator.openai_url, emulator.key, emulator.models[0]
        services = hosted("llm", "openai", llm_url=url, llm_key=key, llm_model=model)
    else:
        services = hosted(kind, name, emulator)
    (provider,) = getattr(services, kind)
    return emulator, provider.make(Lull) if kind == "stt" else provider.make()


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("name", LLMS)
async def test_a_language_model_fails_and_the_reply_is_whole(
    running: ExitStack, name: str, fault: Fault
):
    """Cut off within: the sentence that was whole stands, and only what is missing is added."""
    emulator, service = emulated(running, "llm", name, LLMS[name])
    emulator.reply = lambda _: f"{FIRST} {SECOND}"
    emulator.pace.between = 0.01
    emulator.fails_after = 8  # words: within the second sentence
    desk, lives = Desk("llm"), FakeLLM((SECOND,) if fault in WITHIN else (FIRST, f" {SECOND}"))
    async with Bench(desk.around("llm", service, lives)) as bench:
        emulator.fault = fault
        await bench.send(question())
        await bench.after.until(LLMFullResponseEndFrame)
        said = "".join(frame.text for frame in bench.after.of(SentenceFrame))
        assert said == f"{FIRST} {SECOND}"
        assert bench.before.of(ErrorFrame) == []
    assert desk.passed_over("llm")
    assert any(m["content"] == FIRST for m in lives.contexts[0]) is (fault in WITHIN)


@pytest.mark.parametrize("fault", Fault)
@pytest.mark.parametrize("name", TTSS)
async def test_a_voice_fails_and_every_word_is_heard_once(
    running: ExitStack, name: str, fault: Fault
):
    """Cut off within: the next voice says the words that were missing, and no others."""
    emulator, service = emulated(running, "tts", name, TTSS[name])
    emulator.pace.between = 0.01
    emulator.fails_after = 9  # tenths of a second
    desk, lives = Desk("tts"), FakeTTS(("1.0",))
    async with Bench(desk.around("tts", service, lives)) as bench:
        emulator.fault = fault
        await bench.send(AnswerStartFrame(turn=1), LLMFullResponseStartFrame())
        await bench.send(SentenceFrame(FIRST), SentenceFrame(f" {SECOND}"))
        await bench.send(LLMFullResponseEndFrame())
        await bench.after.until(LLMFullResponseEndFrame)
        rest, *others = lives.spoken
        assert others == [SECOND]
        assert FIRST.endswith(rest)
        assert (rest != FIRST) is (fault in WITHIN)
        shown = bench.after.of(AggregatedTextFrame)
        assert [f.text for f in shown if not isinstance(f, TTSTextFrame)] == [FIRST, SECOND]
        words = " ".join(frame.text for frame in bench.after.of(TTSTextFrame))
        assert words == f"{FIRST} {SECOND}"
        assert bench.before.of(ErrorFrame) == []
        heard = sum(seconds_of(frame) for frame in bench.after.of(TTSAudioRawFrame))
        assert heard > (len(FIRST) + len(SECOND)) * SECONDS_A_CHARACTER * 0.9
    assert desk.passed_over("tts")


@pytest.mark.parametrize("fault", [f for f in Fault if f is not Fault.NO_AUDIO])
async def test_a_recogniser_fails_and_the_words_are_understood(running: ExitStack, fault: Fault):
    """The caller need not say them again."""
    emulator, service = emulated(running, "stt", "groq", GroqEmulator)
    emulator.fails_after = 2
    desk, lives = Desk("stt"), FakeSTT(("When is the deadline?",))
    async with Bench(desk.around("stt", service, lives)) as bench:
        emulator.fault = fault
        await bench.send(*utterance())
        final = await bench.after.until(FinalSegmentFrame)
        assert final.text == "When is the deadline?"
        assert bench.before.of(ErrorFrame) == []
    assert desk.passed_over("stt")


LIMITED = [("stt", "groq", GroqEmulator), *(("llm", n, e) for n, e in LLMS.items())]


@pytest.mark.parametrize(("kind", "name", "make"), LIMITED)
async def test_a_provider_says_for_how_long_it_wants_to_be_left_alone(
    running: ExitStack, kind: str, name: str, make: type[Emulator]
):
    """Retry-After, or RetryInfo of Google's: it is not asked before.

    gRPC now and then says "internal error" instead of why a stream was ended.
    """
    emulator, service = emulated(running, kind, name, make)
    lives = FakeSTT(("x",)) if kind == "stt" else FakeLLM((FIRST,))
    desk = Desk(kind)
    async with Bench(desk.around(kind, service, lives)) as bench:
        emulator.fault, emulator.retry_after = Fault.TOO_MANY, 40
        began = clock()
        await bench.send(*(utterance() if kind == "stt" else [question()]))
        await bench.after.until(FinalSegmentFrame if kind == "stt" else LLMFullResponseEndFrame)
    assert desk.board.faults == {(kind, "hosted", "limited"): 1}
    assert desk.board.breakers[kind, "hosted"].until >= began + 40


async def test_a_recogniser_that_hears_no_words_is_no_failure(running: ExitStack):
    """A cough has none, whoever listens: it is not heard again."""
    emulator, service = emulated(running, "stt", "groq", GroqEmulator)
    desk, lives = Desk("stt"), FakeSTT(("never",))
    async with Bench(desk.around("stt", service, lives)) as bench:
        emulator.fault = Fault.NO_AUDIO
        await bench.send(*utterance())
        assert (await bench.after.until(FinalSegmentFrame)).text == ""
    assert lives.heard == []
    assert desk.board.faults == {}
