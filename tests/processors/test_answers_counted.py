"""Whether the documents answered, as the operator's metrics count it."""

import pytest
from pipecat.frames.frames import LLMFullResponseEndFrame, LLMTextFrame

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import AnswerStartFrame, CitationsFrame
from processors.ledger import LedgerTap
from tests.processors.harness import Bench, clock, on_jumping_clock

CITED = ({"document": "fees.md"},)


@pytest.mark.parametrize(
    ("asked", "cites", "counted"),
    [
        (True, [], ["answered"]),  # what was found is what was used, until something else is said
        (True, [CitationsFrame()], ["unanswered"]),
        (True, [CitationsFrame(CITED, 0.9)], ["answered"]),
        (True, [CitationsFrame(CITED, 0.55)], ["unsure"]),
        (True, [CitationsFrame((), 0.2)], ["unanswered"]),
        (False, [], []),  # words of our own answer no question to the documents
    ],
)
def test_an_answer_without_a_passage_is_none(
    asked: bool, cites: list[CitationsFrame], counted: list[str]
):
    """And one that the answerer itself doubts is told apart from both."""

    @on_jumping_clock
    async def holds() -> None:
        told: list[str] = []
        tap = LedgerTap(
            Announcements("s", lambda: 0.0),
            Ledgers(),
            clock=clock,
            count=lambda name, **labels: told.append(labels["outcome"]),
        )
        async with Bench(tap) as bench:
            await bench.send(AnswerStartFrame(turn=1, citations=CITED, asked=asked), *cites)
            await bench.send(LLMTextFrame("The fee is $60."), LLMFullResponseEndFrame())
            await bench.after.until(LLMFullResponseEndFrame)
        assert told == counted

    holds()
