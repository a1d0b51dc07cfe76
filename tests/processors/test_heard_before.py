"""An answer that is made again leaves out what the caller heard of it."""

import pytest
from pipecat.frames.frames import LLMFullResponseEndFrame, LLMTextFrame

from processors.frames import AnswerStartFrame
from processors.heard_before import HeardBefore
from tests.processors.harness import Bench, on_jumping_clock


@pytest.mark.parametrize(
    ("heard", "made", "said"),
    [
        ("", ["One. ", "Two."], "One. Two."),
        ("One.", ["One. Two."], "Two."),
        ("One two.", ["One", " tw", "o.", " Three."], "Three."),
        ("One  two.", ["One two. ", "Three."], "Three."),
        ("One.", ["Another ", "one."], "Another one."),
        ("One two.", ["One ", "three. ", "Four."], "One three. Four."),
        ("One. Two.", ["One."], "One."),
        ("One.", ["One."], "One."),
    ],
    ids=[
        "nothing heard", "in one piece", "in small pieces", "spaced otherwise", "another answer",
        "another one that begins alike", "a shorter one", "the same and no more",
    ],
)  # fmt: skip
@on_jumping_clock
async def test_what_was_heard_is_left_out(heard: str, made: list[str], said: str):
    """Where the new answer begins with it; nobody is left without an answer."""
    async with Bench(HeardBefore()) as bench:
        words = [LLMTextFrame(text) for text in made]
        await bench.send(AnswerStartFrame(1, heard=heard), *words, LLMFullResponseEndFrame())
        await bench.after.until(LLMFullResponseEndFrame)
        assert "".join(frame.text for frame in bench.after.of(LLMTextFrame)).strip() == said


@on_jumping_clock
async def test_only_the_reply_that_is_made_again_is_compared():
    """The next one is said in full."""
    async with Bench(HeardBefore()) as bench:
        for heard in ("One.", ""):
            end = LLMFullResponseEndFrame()
            await bench.send(AnswerStartFrame(1, heard=heard), LLMTextFrame("One. Two."), end)
        await bench.after.until(LLMFullResponseEndFrame, 2)
        assert [frame.text for frame in bench.after.of(LLMTextFrame)] == ["Two.", "One. Two."]
