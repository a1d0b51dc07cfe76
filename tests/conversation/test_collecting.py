"""A form filled in by talking: each test is a talk."""

from datetime import datetime

import pytest

from conversation.collecting import TRIES, Ask, Filled, Form, Left, Outcome, Step, Stuck
from conversation.fields import Field

TODAY = datetime(2026, 11, 24)
FIELDS = (
    Field("name", "Sure. What is your name?", "name"),
    Field("phone", "What phone number should we call?", "phone", label="phone number"),
    Field("email", "And your e-mail address?", "email", label="e-mail address", optional=True),
    Field("day", "Which day would suit you?", "date", least="today"),
)
ANSWERS = ("It's Maria Lopez", "six oh seven five five five two three six eight", "skip that",
           "the third of may")  # fmt: skip


class Talk:
    """Hands what the caller says to a form, and keeps what comes of it."""

    def __init__(self, *answers: str) -> None:
        self.form, self.outcome = Form(FIELDS), None
        self.say(*answers)

    def say(self, *answers: str) -> "Talk":
        for answer in answers:
            self.form, self.outcome = self.form.answer(answer, TODAY)
        return self

    def press(self, keys: str) -> "Talk":
        self.form, self.outcome = self.form.digits(keys, TODAY)
        return self

    @property
    def asks(self) -> str:
        assert isinstance(self.outcome, Ask), self.outcome
        return self.outcome.text


def read_back() -> Talk:
    """All answers given; the caller has heard them read back."""
    return Talk(*ANSWERS)


def test_fields_are_asked_for_one_after_the_other_and_read_back():
    """The whole of it, as it mostly goes."""
    talk = Talk("It's Maria Lopez")
    assert talk.asks == "What phone number should we call?"
    talk.say(*ANSWERS[1:])
    assert talk.asks == (
        "Let me read that back. Name: Maria Lopez. Phone number: 607-555-2368. "
        "Day: Monday, May 3, 2027. Is that right?"
    )
    assert talk.say("yes, that's right, thank you").outcome == Filled()
    assert talk.form.values == {
        "name": "Maria Lopez", "phone": "+16075552368", "day": "2027-05-03",
    }  # fmt: skip


def test_what_can_not_be_used_is_asked_for_again_with_what_was_wrong():
    """What was wrong first, then the question."""
    talk = Talk("Maria Lopez", "five five five")
    assert talk.asks == (
        "That isn't a whole phone number. Please say it with its area code. "
        "What phone number should we call?"
    )
    assert talk.say("607 555 2368").asks == "And your e-mail address?"


def test_after_three_tries_a_person_is_the_better_idea():
    """Nobody is asked for ever; what was given so far is kept."""
    talk = Talk("Maria Lopez").say(*["five"] * TRIES)
    assert isinstance(talk.outcome, Stuck)
    assert talk.form.values == {"name": "Maria Lopez"}


def test_tries_count_for_one_field_only():
    """A hard first field leaves all tries to the next."""
    talk = Talk(*["yes"] * (TRIES - 1), "Maria Lopez", *["five"] * (TRIES - 1))
    assert isinstance(talk.outcome, Ask)


def test_an_optional_field_that_can_not_be_understood_is_passed_over():
    """It is no reason to give up."""
    talk = Talk(*ANSWERS[:2], *["robin example com"] * TRIES)
    assert talk.asks == "Which day would suit you?"
    assert "email" not in talk.form.values


@pytest.mark.parametrize("words", ["skip", "I don't have one", "no", "none", "I'd rather not say"])
def test_an_optional_field_may_be_skipped(words: str):
    """In any of the ways in which people do."""
    assert Talk(*ANSWERS[:2], words).asks == "Which day would suit you?"


def test_a_field_that_is_needed_is_not_skipped():
    """It is asked for again."""
    assert Talk("Maria Lopez", "skip that").form.asked.name == "phone"


@pytest.mark.parametrize(
    "words", ["never mind", "Cancel.", "cancel that please", "no, forget it", "I changed my mind"]
)
@pytest.mark.parametrize("answers", [(), ANSWERS[:1], ANSWERS])
def test_the_caller_can_leave_at_any_point(words: str, answers: tuple[str, ...]):
    """At the first question as at the read-back."""
    assert Talk(*answers, words).outcome == Left()


@pytest.mark.parametrize("words", ["say that again", "Pardon?", "sorry, what was the question"])
def test_a_question_is_repeated_when_it_was_not_understood(words: str):
    """Without counting as a try; the read-back is read again in full."""
    assert Talk("Maria Lopez", *[words] * (TRIES + 1)).asks == "What phone number should we call?"
    assert read_back().say(words).asks.startswith("Let me read that back. Name: Maria Lopez.")


def test_a_hum_is_no_answer():
    """Neither a value nor a yes."""
    assert Talk("mm-hm").form.values == {}
    talk = read_back().say("Mm-hm.")
    assert talk.asks == "So, is what I read back to you right?"
    assert talk.form.step is Step.CONFIRMING


@pytest.mark.parametrize(
    "words", ["yes", "Yep.", "that's correct", "sounds good", "yeah that's my number", "Ok, great"]
)
def test_a_yes_to_the_read_back_ends_it(words: str):
    """However it is said."""
    assert read_back().say(words).outcome == Filled()


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        ("no, the day is May fourth", "day", "2027-05-04"),
        ("No, May fourth.", "day", "2027-05-04"),
        ("yes but the day should be the fourth of may", "day", "2027-05-04"),
        (
            "the phone number is six oh seven five five five one one one one",
            "phone",
            "+16075551111",
        ),
        ("no my name is Maria Lopes", "name", "Maria Lopes"),
        ("actually make it december fifth", "day", "2026-12-05"),
        ("add an e-mail address: robin at example dot com", "email", "robin@example.com"),
    ],
)
def test_a_correction_at_the_read_back_changes_one_value(words: str, name: str, value: str):
    """And only that is read again."""
    talk = read_back().say(words)
    assert talk.form.values[name] == value
    assert talk.asks.endswith("Is everything right now?")
    assert talk.say("yes").outcome == Filled()


def test_a_bare_no_asks_what_to_change():
    """Then for that field, then all of it is read back again."""
    talk = read_back().say("no")
    assert talk.asks == (
        "What should I change: the name, the phone number, the e-mail address or the day?"
    )
    assert talk.say("the day").asks == "Which day would suit you?"
    assert "December 5, 2026. Is that right?" in talk.say("december fifth").asks


def test_what_is_wrong_may_be_told_with_its_value_at_once():
    """Asked what to change, the caller says to what."""
    assert read_back().say("no", "the day, to december fifth").form.values["day"] == "2026-12-05"


def test_a_value_that_can_not_be_used_is_no_correction():
    """A day that has passed: it is asked for, not taken."""
    talk = read_back().say("no, the day is November first twenty twenty six")
    assert talk.form.values["day"] == "2027-05-03"
    assert talk.asks == "Which day would suit you?"


@pytest.mark.parametrize("words", ["banana", "what lovely weather", "is it raining?"])
def test_nothing_but_a_yes_is_a_yes(words: str):
    """What can't be told is asked again, and then a person is offered."""
    talk = read_back().say(words)
    assert isinstance(talk.outcome, Ask)
    assert isinstance(talk.say(words, words).outcome, Stuck)


def test_a_form_can_be_filled_in_by_keys_where_they_make_sense():
    """A number, a day, and 1 for yes at the end."""
    talk = Talk("Maria Lopez").press("6075552368#").say("skip").press("0503")
    assert "May 3, 2027. Is that right?" in talk.asks
    assert talk.press("*").asks.startswith("Let me read that back.")
    assert talk.press("1").outcome == Filled()


def test_keys_may_come_as_the_words_of_a_turn():
    """As from a telephone's door, which knows nothing of forms."""
    talk = Talk("Maria Lopez", "6075552368#", "skip", "0503#")
    assert talk.asks.endswith("Day: Monday, May 3, 2027. Is that right?")
    assert talk.say("*").asks.startswith("Let me read that back.")
    assert talk.say("1").outcome == Filled()


def test_keys_that_mean_nothing_are_asked_about():
    """A three at the read-back is neither yes nor no."""
    talk = read_back().press("3")
    assert talk.form.step is Step.CONFIRMING
    assert isinstance(talk.outcome, Ask)


def test_an_answer_makes_another_form_and_leaves_the_old_one():
    """So a turn that was not over costs nothing to undo."""
    before = Form(FIELDS)
    after, _ = before.answer("Maria Lopez", TODAY)
    assert (before.values, before.at) == ({}, 0)
    assert (after.values, after.at) == ({"name": "Maria Lopez"}, 1)


@pytest.mark.parametrize("form", [Form(FIELDS), Talk("Maria").form, read_back().form])
@pytest.mark.parametrize("words", ["", "?", "\x00", "\u2019", "a" * 5000, "@@@", "9" * 400])
def test_no_words_whatever_break_a_form(form: Form, words: str):
    """There is always something to say."""
    outcome: Outcome = form.answer(words, TODAY)[1]
    assert isinstance(outcome, Ask)
    assert outcome.text
