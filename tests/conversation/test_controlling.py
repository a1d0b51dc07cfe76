"""What others may tell a call, and when it is said."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.actions import Answer, Cut, Resume, Say, Transfer
from conversation.controlling import (
    LONGEST_TEXT,
    Command,
    End,
    Forget,
    HandOver,
    Speaking,
    Words,
    read,
)
from conversation.following import MOST_ORDERS
from conversation.listening import REPORTED_SECONDS
from conversation.states import State
from tests.conversation.test_call import Score

ASKED = "when is the deadline"


@pytest.mark.parametrize(
    ("message", "asks"),
    [
        ({"type": "user_speaking"}, Speaking()),
        ({"type": "user_speaking", "timestamp": 1.5}, Speaking()),
        ({"type": "say", "text": " Hello. "}, Words("Hello.")),
        ({"type": "transfer", "reason": "urgent"}, HandOver("urgent")),
        ({"type": "end"}, End("ended")),
        ({"type": "end", "reason": None}, End("ended")),
        ({"type": "end", "reason": "closing"}, End("closing")),
        ({"type": "forget"}, Forget()),
        ({"type": "say"}, None),
        ({"type": "say", "text": ""}, None),
        ({"type": "say", "text": "x" * (LONGEST_TEXT + 1)}, None),
        ({"type": "say", "text": ["x"]}, None),
        ({"type": "transfer"}, None),
        ({"type": "end", "reason": 5}, None),
        ({"type": "SAY", "text": "x"}, None),
        ({}, None),
        ([], None),
        ("say", None),
        (None, None),
    ],
)
def test_a_message_is_what_the_page_lists_or_nothing(message: object, asks: Command | None):
    """Fields that are not known mean nothing."""
    assert read(json.dumps(message)) == asks


@given(st.text())
def test_no_text_is_too_strange_to_be_read(text: str):
    """It asks for nothing."""
    assert read(text) is None or text.strip().startswith("{")


@pytest.mark.parametrize("text", ["", "{", "[" * 5000, '{"type": "end"}' + " " * 9000, "NaN"])
def test_what_is_no_message_or_too_much_of_one_asks_for_nothing(text: str):
    """Broken, deep, long."""
    assert read(text) is None


def order(score: Score, *orders: Words | HandOver | End) -> Score:
    for one in orders:
        score._do(score.call.order(one))
    return score


def said(score: Score) -> list[str]:
    return [say.text for say in score.of(Say)]


def test_words_are_said_at_once_while_nobody_speaks():
    """Before the caller has said anything, and after a reply."""
    score = order(Score(), Words("One."))
    assert score.of(Say) == [Say(0, "One.")]
    score.bot_starts().bot_ends("One.")
    assert score.call.conversation.state is State.IDLE
    assert said(order(score, Words("Two."))) == ["One.", "Two."]


def test_words_wait_for_the_reply_and_for_each_other():
    """One after the other, in order."""
    score = Score().says(ASKED)
    order(score, Words("One."), Words("Two."))
    score.bot_starts()
    assert said(score) == []
    score.bot_ends("January.")
    assert said(score) == ["One."]
    score.bot_starts().bot_ends("One.")
    assert said(score) == ["One.", "Two."]


def test_words_are_never_said_in_the_middle_of_the_callers_turn():
    """They wait until it is answered."""
    score = order(Score().sound().partial("when"), Words("One."))
    score.quiet(ASKED).bot_starts()
    assert said(score) == []
    assert said(score.bot_ends("January.")) == ["One."]


def test_a_caller_who_comes_first_hears_them_later():
    """What was ordered and not begun is taken back, not lost, and not spoken over the caller."""
    score = order(Score().says(ASKED).bot_starts().bot_ends("January."), Words("One."))
    score.says("and for transfers")
    assert len(score.of(Cut)) == 1
    assert score.of(Answer)[-1].text == "and for transfers"
    score.bot_starts().bot_ends("March.")
    assert said(score) == ["One.", "One."]
    score.bot_starts().bot_ends("One.")
    assert said(score) == ["One.", "One."]


def test_nothing_is_said_before_somebody_is_there():
    """The greeting comes first."""
    score = order(Score(greeting="Hello."), Words("One."))
    assert said(score) == ["Hello."]
    score.bot_starts().bot_ends("Hello.")
    assert said(score) == ["Hello.", "One."]


def test_of_too_many_orders_the_last_are_dropped():
    """A call is not talked to death."""
    score = Score().says(ASKED).bot_starts()
    order(score, *(Words(str(n)) for n in range(MOST_ORDERS + 5)))
    score.bot_ends("January.")
    for _ in range(MOST_ORDERS + 5):
        score.bot_starts().bot_ends("x")
    assert said(score) == [str(n) for n in range(MOST_ORDERS)]


def test_a_transfer_is_announced_and_then_made():
    """With the reason as it was given, and what was said so far."""
    score = Score().says(ASKED).bot_starts().bot_ends("January.")
    order(score, HandOver("A supervisor takes over."))
    assert said(score) == ["I'll put you through to a person."]
    assert score.of(Transfer) == []
    score.bot_starts().bot_ends("I'll put you through to a person.")
    (made,) = score.of(Transfer)
    assert made.reason == "A supervisor takes over."
    assert ASKED in made.summary


def test_a_caller_who_is_said_to_speak_interrupts_at_once():
    """Without a sound of theirs."""
    score = Score().says(ASKED).bot_starts()
    score._do(score.call.voice_reported(now=score.now))
    assert score.call.conversation.state is State.INTERRUPT
    assert len(score.of(Cut)) == 1


def test_if_nobody_speaks_after_all_the_reply_goes_on():
    """A caller is waited for, not for ever."""
    score = Score().says(ASKED).bot_starts()
    score._do(score.call.voice_reported(now=score.now)).cut_after("Jan")
    score.wait(REPORTED_SECONDS - 0.1)
    assert score.call.conversation.state is State.LISTENING
    score.wait(0.2)
    assert score.of(Resume) == [Resume(1)]


def test_a_caller_who_does_speak_has_all_the_time_they_need():
    """From their first sound on."""
    score = Score().says(ASKED).bot_starts()
    score._do(score.call.voice_reported(now=score.now)).cut_after("Jan")
    score.sound().wait(REPORTED_SECONDS + 5)
    assert score.call.conversation.state is State.LISTENING
    assert score.quiet("stop, what about March").of(Answer)[-1].text == "stop, what about March"
