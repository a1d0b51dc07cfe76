"""What callers say, and recognisers write, as the value it means."""

from datetime import datetime

import pytest

from conversation.spoken_values import date, digits_of, email, number, phone

TODAY = datetime(2026, 11, 24)  # a Tuesday


@pytest.mark.parametrize(
    ("said", "digits"),
    [
        ("oh five five five one two three", "0555123"),
        ("zero one seven one, double five", "017155"),
        ("triple five oh one four two", "5550142"),
        ("one o one", "101"),
        ("five five five, twenty three sixty eight", "5552368"),
        ("555-0142", "5550142"),
        ("no idea", ""),
    ],
)
def test_digits_are_read_however_they_are_said(said: str, digits: str):
    """Oh, double, triple, pairs, and what the recogniser has written in digits already."""
    assert digits_of(said) == digits


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("about twenty five", "25"),
        ("three and a half", "3.5"),
        ("two point five", "2.5"),
        ("just one", "1"),
        ("one hundred and five", "105"),
        ("1,200", "1200"),
        ("minus four", "-4"),
        ("There are two of us.", "2"),
        ("two or three", None),
        ("no idea", None),
        ("A1", None),
    ],
)
def test_one_number_is_a_number_and_two_are_none(said: str, value: str | None):
    """Between two numbers nobody guesses."""
    assert number(said) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("six oh seven five five five two three six eight", "+16075552368"),
        ("(607) 555-2368", "+16075552368"),
        ("It's 607 555 2368.", "+16075552368"),
        ("my number is area code 6075552368", "+16075552368"),
        ("six zero seven, five five five, two three, sixty eight", "+16075552368"),
        ("+49 30 901820", "+4930901820"),
        ("plus four nine three oh nine oh one eight two oh", "+4930901820"),
        ("607-555-2368 extension 12", "+16075552368"),
        ("555 0142", None),  # nobody can call that back from another area
        ("five five five", None),
        ("call me maybe", None),
    ],
)
def test_a_phone_number_is_whole_or_none(said: str, value: str | None):
    """In E.164, with the country of the help desk where the caller names none."""
    assert phone(said, "US") == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("robin at example dot com", "robin@example.com"),
        ("Robin@Example.com.", "robin@example.com"),
        ("my email is robin dot lopez at example dot co dot uk", "robin.lopez@example.co.uk"),
        ("maria underscore lopez ninety nine at g mail dot com", "maria_lopez99@gmail.com"),
        ("it's m a r i a at example dot com", "maria@example.com"),
        ("r o b i n at example.com please", "robin@example.com"),
        ("j dash smith at alder ridge dot edu", "j-smith@alderridge.edu"),
        ("you can reach me at robin at example dot org", "robin@example.org"),
        ("robin plus news at sign example dot com", "robin+news@example.com"),
        ("robin example com", None),
        ("robin at example", None),
        ("I don't have one", None),
    ],
)
def test_an_address_is_put_together_from_its_words(said: str, value: str | None):
    """At, dot, dash, underscore, spelled letters; nothing that is no address."""
    assert email(said) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("the third of may", "2027-05-03"),
        ("May third", "2027-05-03"),
        ("may the third twenty twenty seven", "2027-05-03"),
        ("it's May 3rd, please", "2027-05-03"),
        ("May 3, 2027", "2027-05-03"),
        ("5/3/2027", "2027-05-03"),
        ("2027-05-03", "2027-05-03"),
        ("how about the fifth of december", "2026-12-05"),
        ("december twenty-first", "2026-12-21"),
        ("the second of june", "2027-06-02"),
        ("today", "2026-11-24"),
        ("tomorrow", "2026-11-25"),
        ("the day after tomorrow", "2026-11-26"),
        ("on Friday please", "2026-11-27"),
        ("next Tuesday", "2026-12-01"),
        ("a week from tomorrow", "2026-12-02"),
        ("in two weeks", "2026-12-08"),
        ("the third", "2026-12-03"),
        ("the thirty first", "2026-12-31"),
        ("march fourth nineteen eighty two", "1982-03-04"),
        ("march fourth two thousand and five", "2005-03-04"),
        ("february thirtieth", None),
        ("may I ask why", None),
        ("give me a second", None),
        ("as soon as possible", None),
    ],
)
def test_a_day_is_a_day_and_nothing_else_is(said: str, value: str | None):
    """Reckoned from today, in the future where the words leave it open."""
    assert date(said, TODAY) == value
