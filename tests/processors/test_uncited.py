"""A reply that says nothing is known cites nothing."""

import pytest
from pipecat.frames.frames import (
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)

from processors.frames import AnswerStartFrame, CitationsFrame
from processors.uncited import Uncited
from tests.processors.harness import Bench

UNKNOWN = "I'm sorry, I don't know that one. Would you like to talk to a person?"


def said(*tokens: str, asked: bool = True) -> list[Frame]:
    """A reply, word by word."""
    start = [AnswerStartFrame(turn=1, asked=asked), LLMFullResponseStartFrame()]
    return [*start, *[LLMTextFrame(token) for token in tokens], LLMFullResponseEndFrame()]


async def passed(*frames: Frame) -> list[Frame]:
    """What leaves the processor."""
    async with Bench(Uncited(UNKNOWN)) as bench:
        await bench.send(*frames)
        await bench.after.until(LLMFullResponseEndFrame)
        return bench.after.frames


def words(frames: list[Frame]) -> str:
    return "".join(frame.text for frame in frames if isinstance(frame, LLMTextFrame))


async def test_not_knowing_cites_nothing():
    """And says so before the first sentence goes to the voice, which carries the citations."""
    frames = await passed(*said("I'm", " sorry,", " I don't know", " that one.", " Would you"))
    kinds = [type(f) for f in frames if isinstance(f, (CitationsFrame, LLMTextFrame))]
    assert kinds == [CitationsFrame, *[LLMTextFrame] * 5]
    assert words(frames) == "I'm sorry, I don't know that one. Would you"
    (none,) = (f for f in frames if isinstance(f, CitationsFrame))
    assert none.citations == ()


@pytest.mark.parametrize(
    "tokens",
    [
        ("The", " deadline is", " March 1."),
        ("I'm", " sorry,", " it was", " March 1."),
        ("I'm",),
        (),
    ],
)
async def test_an_answer_keeps_its_citations(tokens: tuple[str, ...]):
    """Also one that begins with the same words, or is cut off within them."""
    frames = await passed(*said(*tokens))
    assert not [f for f in frames if isinstance(f, CitationsFrame)]
    assert words(frames) == "".join(tokens)


async def test_words_of_our_own_are_let_through():
    """They are no answer that could cite anything."""
    frames = await passed(*said(UNKNOWN, asked=False))
    assert not [f for f in frames if isinstance(f, CitationsFrame)]


async def test_an_interruption_drops_what_was_kept():
    """The next reply does not begin with it."""
    async with Bench(Uncited(UNKNOWN)) as bench:
        await bench.send(*said("I'm", " sorry,")[:-1])
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        await bench.send(*said("March 1."))
        await bench.after.until(LLMFullResponseEndFrame)
        assert words(bench.after.frames) == "March 1."
