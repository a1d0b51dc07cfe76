"""A call that is about to go on elsewhere, whose caller says something more."""

import pytest

from conversation.actions import Answer, Tell
from tests.conversation.score import Score


@pytest.mark.parametrize("over", [True, False], ids=["over it", "after it"])
def test_what_is_asked_while_leaving_is_answered_elsewhere(over: bool):
    """The caller was told that it was heard; and "one moment" is nobody's answer."""
    score = Score().says("How much is the fee?").bot_starts().bot_ends("It is $60.")
    score._do(score.call.leaving())
    score.bot_starts()
    if not over:
        score.bot_ends("One moment.")
    score.says("And when is it due?")
    if over:
        score.cut_after("One")
    score._do(score.call.disconnected(now=9))
    again = score.taken_up()
    started = again.of(Tell)[0].message
    assert (started["state"], started["turn_number"]) == ("THINKING", 2)
    assert again.of(Answer) == [score.of(Answer)[-1]]
    assert [e.agent for e in again.call.memory.exchanges] == ["It is $60.", ""]
    assert score.call.conversation.turn == 2
