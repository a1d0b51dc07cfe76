"""The benchmarks' judge knows a fact in all its spellings, and a refusal when it hears one."""

import pytest

from benchmarks.judging import REFUSALS, Question, Verdict, judge

QUESTION = Question("How much?", facts=("$75", "80 percent"), wrong=("$85",))


@pytest.mark.parametrize(
    ("reply", "verdict"),
    [
        ("It costs seventy-five dollars.", Verdict.RIGHT),
        ("You get eighty per cent back.", Verdict.RIGHT),
        ("It costs $75. Abroad it is eighty-five dollars.", Verdict.MIXED),
        ("It costs $750.", Verdict.WRONG),
        ("I don't know for certain. I have this: It costs $75.", Verdict.UNSURE),
        ("I'm sorry, I don't know that one.", Verdict.REFUSED),
        ("", Verdict.SILENT),
    ],
)
def test_a_reply_is_judged_by_what_it_says(reply: str, verdict: Verdict):
    """However the number is spelled; and $75 is not in $750."""
    assert judge(reply, QUESTION, REFUSALS) is verdict


def test_not_knowing_is_right_where_the_documents_say_nothing():
    """And anything else is made up."""
    nothing = Question("Who is the dean?")
    assert judge("I don't know that.", nothing, REFUSALS) is Verdict.RIGHT
    assert judge("The dean is Karl.", nothing, REFUSALS) is Verdict.WRONG
