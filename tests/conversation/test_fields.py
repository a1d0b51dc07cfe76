"""What each kind of field takes, refuses, and reads back."""

from datetime import datetime

import pytest

from conversation.fields import LONGEST, Field, Refused, Taken, check, keyed, said

TODAY = datetime(2026, 11, 24)
GROUP = Field("size", "How many?", "number", least="1", most="10")
DAY = Field("day", "Which day?", "date", least="today", most="2027-06-30")
PLACE = Field("place", "Where?", "choice", choices=("main campus", "north campus", "online"))
AGREE = Field("agree", "Do you?", "choice", choices=("yes", "no"))
ID = Field("id", "Your number?", "pattern", pattern="[A-Z][0-9]{5}", hint="A letter and 5 digits.")
NAME = Field("name", "Sure, I can do that. Your name?", "name")
TOPIC = Field("topic", "What about?")


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (NAME, "It's Maria Lopez.", "Maria Lopez"),
        (NAME, "um, my name is Maria Lopez, please", "Maria Lopez"),
        (NAME, "Hi, I'm Robin.", "Robin"),
        (NAME, "Maria Lopez, that's L O P E S", "Maria Lopes"),
        (NAME, "Yes, it's Anne-Marie O'Neil", "Anne-Marie O'Neil"),
        (TOPIC, "It's about housing.", "about housing"),
        (GROUP, "there'll be four of us", "4"),
        (DAY, "the third of may", "2027-05-03"),
        (PLACE, "The north campus please.", "north campus"),
        (PLACE, "north", "north campus"),
        (PLACE, "the third one", "online"),
        (PLACE, "number two", "north campus"),
        (AGREE, "yes please", "yes"),
        (AGREE, "nope", "no"),
        (ID, "it's a one two three four five", "A12345"),
        (ID, "My number is B 5 4 3 2 1.", "B54321"),
    ],
)
def test_an_answer_is_taken_as_it_was_meant(field: Field, text: str, value: str):
    """Without the words around it."""
    assert check(field, text, TODAY) == Taken(value)


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        (NAME, "yes", "I didn't get a name."),
        (NAME, "mm-hm", "I didn't get a name."),
        (NAME, "I would like to know what it costs", "I didn't get a name."),
        (TOPIC, "uh", "I didn't get that."),
        (TOPIC, "x" * (LONGEST + 1), "I didn't get that."),
        (GROUP, "a few", "I need one number."),
        (GROUP, "twelve", "It can be at most 10."),
        (GROUP, "zero", "It has to be at least 1."),
        (DAY, "November first twenty twenty six", "Sunday, November 1, 2026 has passed already."),
        (DAY, "July first", "It can't be after Wednesday, June 30, 2027."),
        (PLACE, "campus", "It can be main campus, north campus or online."),
        (ID, "one two three", "A letter and 5 digits."),
    ],
)
def test_a_refusal_says_what_is_wrong(field: Field, text: str, why: str):
    """So that the caller knows what to say instead."""
    assert check(field, text, TODAY) == Refused(why)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("date", "2027-05-03", "Monday, May 3, 2027"),
        ("phone", "+16075552368", "607-555-2368"),
        ("phone", "+4930901820", "plus 4 9 3 0 9 0 1 8 2 0"),
        ("email", "robin@example.com", "robin@example.com"),
        ("pattern", "A12345", "A 1 2 3 4 5"),
        ("text", "about housing", "about housing"),
    ],
)
def test_values_are_read_back_so_that_they_can_be_checked(kind: str, value: str, words: str):
    """A day with its weekday, numbers digit by digit."""
    assert said(Field("x", "?", kind), value) == words


@pytest.mark.parametrize(
    ("field", "keys", "result"),
    [
        (Field("p", "?", "phone"), "6075552368#", Taken("+16075552368")),
        (DAY, "0503", Taken("2027-05-03")),
        (DAY, "05032027#", Taken("2027-05-03")),
        (GROUP, "4", Taken("4")),
        (PLACE, "2", Taken("north campus")),
        (PLACE, "9", Refused("It can be main campus, north campus or online.")),
        (NAME, "123", Refused("Please say it instead of pressing keys.")),
    ],
)
def test_keys_are_an_answer_too(field: Field, keys: str, result: Taken | Refused):
    """Of a telephone: digits, MMDD for a day, a choice's place."""
    assert keyed(field, keys, TODAY) == result


def test_the_prompt_asked_again_leaves_out_what_led_up_to_it():
    """Nobody hears "Sure, I can do that" three times."""
    assert NAME.question == "Your name?"
