"""Whether a turn that may be over has an answer."""

import numpy as np
import pytest

from conversation.replying import Fixed, FromDocuments
from processors.ahead_frames import PossibleTurnFrame
from processors.frames import IntentFrame, PassagesFrame
from processors.pending import Pending
from rag_index.classifier import IntentResult
from rag_index.passages import Hit, Passage
from rag_index.quoting import GroundedAnswer

PASSAGE = Passage("1", "fees.md", "Fees", (), "The fee is $60.", None, 0, 15, ("The fee is $60.",))
HITS = (Hit(PASSAGE, 1.0),)
TURN = PossibleTurnFrame(1, "how much is it")


def found(answer: GroundedAnswer | None, hits: tuple = HITS) -> Pending:
    passages = PassagesFrame(1, hits, np.zeros(384, dtype=np.float32), answer, ahead=True)
    return Pending(TURN, passages=passages)


@pytest.mark.parametrize("answered", [True, False])
def test_passages_answer_if_they_are_surely_about_the_question(answered: bool):
    """What only comes near may do so because the question has only begun."""
    answer = GroundedAnswer("It is $60.", ("It is $60.",), (), 0.7, answered)
    assert found(answer).answered_by(FromDocuments(), sure_from=0.5) is answered


def test_passages_that_nobody_has_read_may_answer():
    """A language model will tell; without passages there is nothing to tell."""
    assert found(None).answered_by(FromDocuments(), sure_from=0.5)
    assert not found(None, ()).answered_by(FromDocuments(), sure_from=0.5)


@pytest.mark.parametrize(
    ("level", "confidence", "sure"), [("L1", 0.1, True), ("L2", 0.9, True), ("L2", 0.2, False)]
)
def test_fixed_words_answer_a_wish_that_is_sure(level: str, confidence: float, sure: bool):
    """A classifier has a guess for every beginning."""
    wish = IntentFrame(1, IntentResult("goodbye", confidence, level, "reply"), ahead=True)
    assert Pending(TURN, intent=wish).answered_by(Fixed("Bye."), sure_from=0.5) is sure


def test_the_answer_to_our_own_question_is_sure():
    """No intent is needed for a yes, or for what a form takes."""
    assert Pending(TURN).answered_by(Fixed("All right."), sure_from=0.5)
