"""What is kept of what was said."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.redaction import (
    MAIL,
    NUMBER,
    is_redacted,
    redacted,
    without_numbers,
    without_words,
)
from conversation.spoken_values import digits_of


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("it's five five five oh one six three", "it's [number]"),
        ("Five five five, oh one, six three.", "[number]."),
        ("call 555-0163 or (607) 555-0142 now", "call [number] or ([number] now"),
        ("my number is plus one 607 555 01 42", "my number is plus [number]"),
        ("+1 607 555 0142", "+[number]"),
        ("double five triple oh", "[number]"),
        ("born in nineteen eighty four", "born in [number]"),
        ("twenty one fifty five", "[number]"),
        ("five thousand two hundred dollars", "[number] dollars"),
        ("$1,200 by 2027-03-01", "$[number] by [number]"),
        ("4111 1111 1111 1111", "[number]"),
        ("student S1234567", "student S[number]"),
        ("five five uh five two", "[number]"),
        ("write to robin.doe+desk@mail.example.org, please", "write to [e-mail], please"),
        ("it is robin at example dot com", "it is [e-mail]"),
        ("robin dot doe underscore two at mail dot example dot org", "[e-mail]"),
        ("r o b i n at example.com", "[e-mail]"),
    ],
)  # fmt: skip
def test_numbers_and_addresses_are_not_kept(said: str, kept: str):
    """However they are said or written."""
    assert redacted(said) == kept


@pytest.mark.parametrize(
    "said",
    [
        "When is the deadline?", "the office on floor 12", "five hundred and twenty dollars",
        "Oh, one moment", "for two of us", "at 10:30 or at five o'clock", "one or two",
        "between ten and twenty", "I am at work.", "room 214", "the twenty-first of May", "",
        "I'll be there at noon", "three hundred sixty five days",
    ],
)  # fmt: skip
def test_all_else_is_kept_as_it_was_said(said: str):
    """Short numbers, times of day, and words that only sound like digits."""
    assert redacted(said) == said


@given(st.text(alphabet=string.printable + "ñ№٣", max_size=200))
def test_redacting_twice_is_redacting_once(text: str):
    """And no four digits in a row are left, whatever is around them."""
    kept = redacted(text)
    assert redacted(kept) == kept
    assert not re.search(r"\d{4}", kept)


SPOKEN = {
    d: [w, d] for d, w in enumerate("zero one two three four five six seven eight nine".split())
}


@given(
    st.lists(st.integers(0, 9), min_size=4, max_size=12),
    st.lists(st.sampled_from([" ", ", ", "-", ". ", " um "]), min_size=11, max_size=11),
    st.lists(st.booleans(), min_size=12, max_size=12),
)
def test_no_digit_of_a_longer_number_is_left(
    digits: list[int], between: list[str], spoken: list[bool]
):
    """Spoken, written, or one after the other, with pauses."""
    parts = [str(SPOKEN[d][0 if s else 1]) for d, s in zip(digits, spoken, strict=False)]
    text = parts[0] + "".join(b + p for b, p in zip(between, parts[1:], strict=False))
    kept = redacted(f"my number is {text} thanks")
    assert kept == "my number is [number] thanks"
    assert digits_of(kept) == ""


def test_words_are_found_however_deep_they_stand():
    """In a context of a session, in the values of a form; what only names things is left alone."""
    entry = {
        "kind": "context", "turn": 1234, "at": 1790000000.5, "key": "session-20270-4",
        "exchanges": [{"turn": 3, "user": "I'm at 555-0163", "agent": "Noted: 555-0163"}],
        "standing": {
            "intent": "call_back", "step": "asking", "values": {"to": "5550163", "n": "Jo"}
        },
        "lines": ["robin@example.com"],
    }  # fmt: skip
    kept = without_numbers(entry)
    assert kept["exchanges"] == [
        {"turn": 3, "user": f"I'm at {NUMBER}", "agent": f"Noted: {NUMBER}"}
    ]
    assert kept["standing"]["values"] == {"to": NUMBER, "n": "Jo"}
    assert kept["lines"] == [MAIL]
    assert {k: kept[k] for k in ("kind", "turn", "at", "key")} == {
        k: entry[k] for k in ("kind", "turn", "at", "key")
    }
    wordless = without_words(entry)
    assert wordless == {
        "kind": "context", "turn": 1234, "at": 1790000000.5, "key": "session-20270-4",
        "exchanges": [{"turn": 3}], "standing": {"intent": "call_back", "step": "asking"},
        "lines": [],
    }  # fmt: skip


def test_a_word_that_nobody_has_named_is_not_kept():
    """With transcripts off, a new kind of entry keeps nothing said by mistake."""
    assert without_words({"kind": "new", "turn": 1, "digest": "all of it"}) == {
        "kind": "new",
        "turn": 1,
    }


def test_what_was_redacted_can_be_told():
    """So that it is asked for again, and not taken for what was said."""
    assert is_redacted(redacted("555 0163"))
    assert is_redacted(redacted("robin@example.com"))
    assert not is_redacted("Robin")
