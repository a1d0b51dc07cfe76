"""Whole calls with hosted ears, mind and voice: emulators that speak their protocols."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from benchmarks.voices import as_recording, piper
from bot.engine import Engine
from bot.services.registry import services_of
from bot.settings import Settings
from bot.talking import talk
from tests.bot.services.emulated import settings_for
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.groq import GroqEmulator

pytestmark = pytest.mark.slow

QUESTION = "What is the phone number of the housing office?"
ANSWER = "You can call the housing office at 555-0163."
SPOKEN = "You can call the housing office at five five five, zero one six three."


@dataclass
class Call:
    """What a call with these services came to."""

    audio: bytes
    messages: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def of(self, type_: str, **having: Any) -> list[dict[str, Any]]:
        return [m for m in self.messages if m["type"] == type_ and having.items() <= m.items()]


@dataclass
class Hosts:
    """The emulators, and calls that use them alone."""

    engine: Engine
    settings: Settings
    groq: GroqEmulator
    gemini: GeminiEmulator
    elevenlabs: ElevenLabsEmulator
    google: GoogleTTSEmulator

    async def call(self, *questions: str, llm: str = "groq", tts: str = "elevenlabs") -> Call:
        emulators = (self.groq, self.gemini, self.elevenlabs, self.google)
        settings = settings_for(*emulators, stt="groq", llm=llm, tts=tts)
        engine = replace(self.engine, services=services_of(settings, {}))
        messages: list[dict[str, Any]] = []
        recordings = [as_recording(piper(question)) for question in questions]
        audio = await talk(
            engine, self.settings, recordings, on_message=messages.append, greet=False
        )
        return Call(audio, messages)


@pytest.fixture
def hosts(engine: Engine, settings: Settings) -> Iterator[Hosts]:
    kinds = (GroqEmulator, GeminiEmulator, ElevenLabsEmulator, GoogleTTSEmulator)
    with ExitStack() as stack:
        running = [stack.enter_context(kind()) for kind in kinds]
        yield Hosts(engine, settings, *running)


@pytest.mark.parametrize(
    ("llm", "tts"), [("groq", "elevenlabs"), ("gemini", "google"), ("groq", "google")]
)
async def test_a_question_is_heard_answered_and_spoken_by_hosted_services(
    hosts: Hosts, llm: str, tts: str
):
    """Numbers as one says them, the documents cited, the model given what was found."""
    hosts.groq.transcript = lambda _: QUESTION
    hosts.groq.reply = hosts.gemini.reply = lambda _: ANSWER
    call = await hosts.call(QUESTION, llm=llm, tts=tts)
    assert [m["text"] for m in call.of("transcript", role="user", final=True)] == [QUESTION]
    assert [m["text"] for m in call.of("transcript", role="agent", final=True)] == [ANSWER]
    voice = hosts.elevenlabs if tts == "elevenlabs" else hosts.google
    assert voice.spoken == [SPOKEN]
    assert len(call.audio) > 24000 * 2
    cited = call.of("response_ready", segment=0)[-1]["citations"]
    assert cited[0]["document"] == "housing-office.md"
    told = str((hosts.groq if llm == "groq" else hosts.gemini).asked[-1].body)
    assert "555-0163" in told
    assert "housing-office.md" in told


async def test_not_knowing_is_said_and_cites_nothing(hosts: Hosts):
    """The model is told that the documents don't say, and says so in the persona's words."""
    question = "Who won the football championship last night?"
    hosts.groq.transcript = lambda _: question
    hosts.groq.reply = lambda _: hosts.engine.persona.unknown
    call = await hosts.call(question)
    assert "found not to answer it" in hosts.groq.asked[-1].body["messages"][0]["content"]
    assert call.of("response_ready", segment=0)[-1]["citations"] == []


async def test_the_talk_so_far_goes_with_the_next_question(hosts: Hosts):
    """What was asked and what was heard, then the question."""
    hosts.groq.transcript = lambda _: QUESTION
    hosts.groq.reply = lambda _: ANSWER
    await hosts.call(QUESTION, QUESTION)
    talked = hosts.groq.asked[-1].body["messages"][1:]
    assert [(m["role"], m["content"]) for m in talked] == [
        ("user", QUESTION),
        ("assistant", ANSWER),
        ("user", QUESTION),
    ]
