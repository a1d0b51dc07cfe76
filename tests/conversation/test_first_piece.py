"""A reply begins with something short, cut where a voice pauses anyhow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.first_piece import FEWEST, cut_first


@pytest.mark.parametrize(
    "whole",
    [
        # a clause of a long sentence
        "The fee for graduate programs is seventy dollars,| and it is waived for veterans.",
        "To apply online, send the form,| your transcripts, and two letters to the office.",
        "The office is open on weekdays;| on Saturdays it is open from nine to noon only.",
        "The library is open every day —| except on the first Monday of each new month.",
        # a sentence before others
        "It is sixty dollars.| You can pay by card, or by bank transfer within thirty days.",
        "Ask Dr. Miller about it.| Her office is on the second floor of the main building.",
        # short, or without a pause
        "It is sixty dollars, and no more.|",
        "Applications for the fall term are due by the fifteenth of January of each year|",
        # no pause: a number, a year, a short form, too little before or behind it
        "The total for the whole year with all of its fees is 12,450 dollars a student.|",
        "Applications for the fall term are due by January 15, 2026 at five in the afternoon.|",
        "Bring something with your name and photograph on it e.g., a valid passport or card.|",
        "Yes, you may apply to as many of our graduate programs as you want each year.|",
        "You may apply to as many of our graduate programs as you want, I think.|",
    ],
)
def test_a_reply_is_cut_at_its_first_natural_pause(whole: str):
    """One that is soon spoken anyhow, or has no pause, is not cut."""
    head, rest = whole.split("|")
    assert cut_first(head + rest) == (head, rest)


def test_for_a_voice_that_streams_only_sentences_are_cut():
    """It begins as soon with a long text as with a short one."""
    text = "The fee for graduate programs is seventy dollars, and it is waived. Ask us."
    assert cut_first(text, clauses=False) == (text.removesuffix(" Ask us."), " Ask us.")


@given(st.text(alphabet="ab1,.;: –Dr?!\n", max_size=120), st.booleans())
def test_nothing_is_lost_or_changed(text: str, clauses: bool):
    """Whatever the words: the pieces are the text."""
    head, rest = cut_first(text, clauses=clauses)
    assert head + rest == text
    if clauses and cut_first(text, clauses=False)[0] != head:
        assert min(len(head.split()), len(rest.split())) >= FEWEST
