"""Hosted language models, through Pipecat's services, over a socket."""

from collections.abc import Iterator

import pytest
from pipecat.frames.frames import ErrorFrame, LLMFullResponseEndFrame, LLMTextFrame

from tests.bot.services.emulated import PERSONA, QUESTION, hosted, question
from tests.emulators.emulator import Fault
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.groq import GroqEmulator
from tests.emulators.http_emulator import HttpEmulator
from tests.processors.harness import Bench

ANSWER = "The deadline is January fifteenth."


@pytest.fixture(params=["groq", "gemini", "openai"])
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def emulator(name: str) -> Iterator[HttpEmulator]:
    with (GeminiEmulator if name == "gemini" else GroqEmulator)() as running:
        yield running


@pytest.fixture
def mind(name: str, emulator: HttpEmulator):
    if isinstance(emulator, GroqEmulator) and name == "openai":
        url, key, model = emulator.openai_url, emulator.key, emulator.models[0]
        return hosted("llm", "openai", llm_url=url, llm_key=key, llm_model=model)
    return hosted("llm", name, emulator)


def asked(emulator: HttpEmulator) -> tuple[str, list[str]]:
    """The system prompt and the texts of the conversation that a model got last."""
    body = emulator.asked[-1].body
    if "contents" in body:
        system = body["systemInstruction"]["parts"][0]["text"]
        return system, [c["parts"][0]["text"] for c in body["contents"]]
    first, *others = body["messages"]
    assert first["role"] == "system"
    return first["content"], [m["content"] for m in others]


async def test_an_answer_is_streamed(emulator: HttpEmulator, mind):
    """Word by word, as the model says it."""
    async with Bench(mind.llm[0].make()) as bench:
        await bench.send(question())
        await bench.after.until(LLMFullResponseEndFrame)
        said = [frame.text for frame in bench.after.of(LLMTextFrame)]
    assert "".join(said) == ANSWER
    assert len(said) == 5


async def test_a_model_gets_persona_passages_and_question(emulator: HttpEmulator, mind):
    """The passages marked as data, in the system prompt."""
    async with Bench(mind.llm[0].make()) as bench:
        await bench.send(question())
        await bench.after.until(LLMFullResponseEndFrame)
    system, talk = asked(emulator)
    assert "You are Robin" in system
    assert f'<passage document="dates.md" title="Dates">\n{ANSWER}\n</passage>' in system
    assert PERSONA.unknown in system
    assert talk == [QUESTION]


async def test_a_model_is_told_what_the_search_found_out(emulator: HttpEmulator, mind):
    """That the passages don't answer: then it had better say so."""
    async with Bench(mind.llm[0].make()) as bench:
        await bench.send(question(answered=False))
        await bench.after.until(LLMFullResponseEndFrame)
        await bench.send(question(answered=True))
        await bench.after.until(LLMFullResponseEndFrame, 2)
    told = [asked(emulator)[0]]
    emulator.asked.pop()
    told.append(asked(emulator)[0])
    assert ["found not to answer it" in system for system in told] == [False, True]


async def test_two_calls_share_a_warm_connection(emulator: HttpEmulator, mind):
    """It was opened before the first question, and no other is."""
    await mind.warm()
    assert emulator.connected == 1
    for _ in range(2):
        async with Bench(mind.llm[0].make()) as bench:
            await bench.send(question())
            await bench.after.until(LLMFullResponseEndFrame)
    assert emulator.connected == 1


@pytest.mark.parametrize(
    "fault",
    [Fault.REFUSED, Fault.TOO_MANY, Fault.BROKEN, Fault.WRONG_KEY, Fault.DROPPED],
)
async def test_a_fault_is_an_error_of_the_pipeline(emulator: HttpEmulator, mind, fault: Fault):
    """At once: nothing is tried twice behind our back."""
    service = mind.llm[0].make()
    emulator.fault = fault
    async with Bench(service) as bench:
        await bench.send(question())
        error = await bench.before.until(ErrorFrame)
    assert error.exception
    assert len(emulator.asked) == (0 if fault is Fault.REFUSED else 1)


async def test_what_cannot_be_warmed_can_be_used_later(emulator: HttpEmulator, mind):
    """A provider that is away when the server starts does not keep it from starting."""
    emulator.fault = Fault.REFUSED
    await mind.warm()
    emulator.fault = None
    async with Bench(mind.llm[0].make()) as bench:
        await bench.send(question())
        await bench.after.until(LLMFullResponseEndFrame)
        assert bench.after.of(LLMTextFrame)


async def test_a_servers_first_model_is_asked_if_none_is_named():
    """So that an address is all that must be set."""
    with GroqEmulator() as emulator:
        mind = hosted("llm", "openai", llm_url=emulator.openai_url, llm_key=emulator.key)
        async with Bench(mind.llm[0].make()) as bench:
            await bench.send(question())
            await bench.after.until(LLMFullResponseEndFrame)
        assert emulator.asked[-1].body["model"] == emulator.models[0]
