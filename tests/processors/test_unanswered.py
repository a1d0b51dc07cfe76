"""Which questions the documents don't answer is noted."""

import pytest
from pipecat.frames.frames import (
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)

from processors.frames import AnswerStartFrame
from processors.unanswered import Unanswered
from tests.processors.harness import Bench

UNKNOWN = "I'm sorry, I don't know that one. Would you like to talk to a person?"
ADMISSIONS = ("I'm sorry, I don't know that one.", "I'm not sure.")


async def noted(*tokens: str, asked: bool = True, cut: bool = False) -> list[int]:
    """The turns that are noted when this is the answer to turn 7; all frames must pass."""
    turns: list[int] = []
    end = InterruptionFrame() if cut else LLMFullResponseEndFrame()
    frames = [
        AnswerStartFrame(turn=7, asked=asked),
        LLMFullResponseStartFrame(),
        *(LLMTextFrame(token) for token in tokens),
        end,
    ]
    async with Bench(Unanswered(ADMISSIONS, turns.append)) as bench:
        await bench.send(*frames)
        await bench.after.until(type(end))
        words = [f.text for f in bench.after.frames if isinstance(f, LLMTextFrame)]
        assert cut or words == list(tokens)
    return turns


@pytest.mark.parametrize(
    "tokens",
    [
        (UNKNOWN,),
        ("I'm", " sorry, I don't", " know that one.", " Would", " you …"),
        (
            "I'm",
            " not sure. The closest I have is this: The fee is $60.",
        ),
    ],
)
async def test_not_knowing_is_noted_once(tokens: tuple[str, ...]):
    """Whether it comes whole or word by word."""
    assert await noted(*tokens) == [7]


@pytest.mark.parametrize(
    "tokens", [("The fee is $60.",), ("I'm", " sorry,", " it was", " March 1."), ("I'm",), ()]
)
async def test_an_answer_is_not(tokens: tuple[str, ...]):
    """Also one that begins with the same words, or ends within them."""
    assert await noted(*tokens) == []


async def test_words_of_our_own_and_cut_ones_are_not():
    """Nobody asked the documents; nobody heard that they don't know."""
    assert await noted(UNKNOWN, asked=False) == []
    assert await noted("I'm sorry,", cut=True) == []
