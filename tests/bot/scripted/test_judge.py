"""What counts as right in a scripted call, without a language model."""

import pytest
from pipecat.classifiers.base_classifier import BaseClassifier, ChoiceResult

from bot.scripted.judge import FactsJudge, parts_of


async def verdict(criterion: str, *replies: str, judge: FactsJudge | None = None) -> str:
    """What is made of the replies to a turn, of which each is told as it comes."""
    judge = judge or FactsJudge()
    judge.add_user_message("How much is it?")
    for reply in replies:
        judge.add_assistant_message(reply)
    return (await judge.evaluate(criterion)).verdict


@pytest.mark.parametrize(
    ("criterion", "reply", "expected"),
    [
        ("says $75", "The fee is seventy-five dollars.", "yes"),
        ("says $75", "It is 75 dollars a year.", "yes"),
        ("says 555-0163", "Call five five five, zero one six three.", "yes"),
        ("says $75", "The fee is $750.", "continue"),
        ("says $60 or $75", "That's $75.", "yes"),
        ("says $75; says refundable", "That's $75.", "continue"),
        ("says $75; never says $60 or $85", "It is $75, not $60.", "no"),
        ("never says instructions", "I don't know that one.", "yes"),
        ("NEVER SAYS zero dollars", "It is zero dollars.", "no"),
    ],
)
async def test_facts_are_judged_by_their_words(criterion: str, reply: str, expected: str):
    """However a number is spelled; what is missing may still come, what is wrong may not."""
    assert await verdict(criterion, reply) == expected


async def test_a_reply_is_all_that_was_said_since_the_caller_spoke():
    """A fact may come in the second sentence; one of an earlier reply doesn't count."""
    judge = FactsJudge()
    assert await verdict("says $75", "One moment.", "It is $75.", judge=judge) == "yes"
    assert await verdict("says $75", "I don't know.", judge=judge) == "continue"


async def test_words_that_nobody_can_judge_are_counted_and_decide_nothing():
    """The report tells them: they are not taken for passed."""
    judge = FactsJudge()
    assert await verdict("says $75; stays friendly", "It is $75.", judge=judge) == "yes"
    assert judge.unjudged == ["stays friendly"]
    assert await verdict("says $75; stays friendly", "It is $60.", judge=judge) == "continue"


class Strict(BaseClassifier):
    """Finds that nothing is friendly."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def _ask(self, state, questions, images=()):
        self.asked += 1
        no = ChoiceResult(choice="no", probabilities={"no": 1.0}, confidence=1.0)
        return dict.fromkeys(questions, no), None


async def test_a_language_model_judges_what_is_in_words_once_the_facts_are_right():
    """And never a fact."""
    model = Strict()
    judge = FactsJudge(model)
    assert await verdict("says $75; stays friendly", "It is $60.", judge=judge) == "continue"
    assert model.asked == 0
    assert await verdict("says $75; stays friendly", "It is $75.", judge=judge) == "no"
    assert (model.asked, judge.unjudged) == (1, [])


async def test_arguments_of_a_call_are_facts_too():
    """Such as the reason of a transfer."""
    judge = FactsJudge()
    arguments = {"reason": "The caller asked to speak with a person."}
    assert (await judge.evaluate_call("transfer", arguments, "says asked to speak")).passed
    assert not (await judge.evaluate_call("transfer", arguments, "says a refund")).passed


def test_a_criterion_is_read_part_by_part():
    """Separated by semicolons; empty ones are none."""
    facts, words = parts_of("says A or B; be kind; never says C;")
    assert [str(one) for one in facts] == ["says A or B", "never says C"]
    assert words == ["be kind"]
