"""A real language model, spoken to over HTTP as any server at TURNWISE_LLM_URL is."""

from collections.abc import Iterator

import pytest
from pipecat.frames.frames import LLMFullResponseEndFrame, LLMTextFrame

from bot.services.checkups import check_services
from tests.bot.services.emulated import hosted, question, settings_for
from tests.emulators.smollm import smollm
from tests.processors.harness import Bench

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with smollm() as address:
        yield address


async def test_it_answers_from_the_passage_that_it_was_given(url: str):
    """A small one, with the date right before its eyes; word by word."""
    mind = hosted("llm", "openai", llm_url=url)
    await mind.warm()
    async with Bench(mind.llm[0].make()) as bench:
        await bench.send(question())
        await bench.after.until(LLMFullResponseEndFrame)
        words = [frame.text for frame in bench.after.of(LLMTextFrame)]
    assert len(words) > 3
    assert "January" in "".join(words)


async def test_the_doctor_lists_its_model(url: str):
    """Under the name that the server gives it."""
    checks = {c.what: c for c in await check_services(settings_for(llm_url=url))}
    assert checks["llm openai"].ok
    assert checks["llm openai"].lists["models"] == ["smollm2"]
