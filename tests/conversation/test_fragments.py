"""Turns that somebody else's recogniser tells of."""

from conversation.fragments import FINAL_SECONDS, FIRST_SECONDS, Fragments


def test_after_a_final_fragment_nothing_is_waited_for():
    """All finals of the turn, joined; a partial one is replaced."""
    turn = Fragments()
    assert turn.begins()
    turn.heard("I would", final=False)
    assert not turn.begins()
    turn.heard("I would like", final=True)
    turn.heard("to app", final=False)
    turn.heard("to apply", final=True)
    turn.over(now=1.0)
    assert turn.complete
    assert turn.take() == "I would like to apply"
    assert turn.deadline is None
    assert turn.begins()


def test_a_partial_fragment_becomes_final_or_stands_for_itself():
    """Waited for a moment; if it comes after that, it isn't a turn of its own."""
    turn = Fragments()
    turn.begins()
    turn.heard("How much is it", final=False)
    turn.over(now=1.0)
    assert not turn.complete
    assert turn.deadline == 1.0 + FINAL_SECONDS
    assert turn.take() == "How much is it"
    assert turn.belated("How much is it?", final=True)
    assert not turn.belated("How much is it?", final=True)


def test_words_that_come_after_the_end():
    """The first ones are waited for longer."""
    turn = Fragments()
    turn.over(now=1.0)
    assert turn.deadline == 1.0 + FIRST_SECONDS
    turn.over(now=2.0)
    assert turn.deadline == 1.0 + FIRST_SECONDS
    turn.heard("Yes.", final=True)
    assert turn.complete


def test_a_caller_who_goes_on_has_not_ended():
    """Their words are one turn."""
    turn = Fragments()
    turn.begins()
    turn.heard("And then", final=False)
    turn.over(now=1.0)
    assert turn.begins()
    assert turn.deadline is None
    turn.heard("And then what?", final=True)
    turn.over(now=2.0)
    assert turn.take() == "And then what?"
