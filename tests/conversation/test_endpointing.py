"""How long a silence has to be to end a turn."""

import pytest

from conversation.endpointing import (
    PAUSE_AFTER_THANKS,
    PAUSE_AT_COMMA,
    PAUSE_IN_WORDS,
    PAUSE_UNANSWERED,
    PAUSE_UNASKED,
    silence_after,
    silence_that_ends,
)


def test_a_comma_is_a_smaller_sign_that_the_caller_goes_on():
    """The recogniser hears it at the end, too."""
    assert silence_after("Whether I can apply in May,") == PAUSE_AT_COMMA


@pytest.mark.parametrize("text", ["That's all, thank you.", "Thanks a lot."])
def test_after_thanks_a_goodbye_may_follow(text: str):
    """Who says thank you is in no hurry to hear the answer."""
    assert silence_after(text) == PAUSE_AFTER_THANKS


def test_thanks_within_a_question_are_no_goodbye():
    """The question is answered as fast as any."""
    assert silence_after("Thank you, and how much is the fee?") == 0.0


def test_the_surer_the_end_the_shorter_the_silence():
    """From hardly any to one and a half seconds."""
    waits = [silence_that_ends(p / 100) for p in range(100, -1, -1)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.15, 1.5)


@pytest.mark.parametrize(
    "text",
    ["I'd like to know.", "Is it possible to?", "What happens if", "My number is", "Can I bring my",
     "Before I decide,", "Hi.", "Let me see", "I was wondering", "Because I'm a transfer student",
     "How much does?", "What is", "When are", "Could you connect me with?", "How long until?",
     "My number is 555-231-", "Seven, one.", "It's spelled M A R"],
)  # fmt: skip
def test_words_that_nobody_ends_with_trail_off(text: str):
    """Whatever mark the recogniser puts after them."""
    assert silence_after(text) == PAUSE_IN_WORDS


@pytest.mark.parametrize(
    "text",
    ["", "Yes.", "No, that's all.", "Where are you from?", "What is this about?",
     "How do I do that", "When is the deadline?",
     "If I drop a course do I get any of the money back?", "Tuesday", "How much?", "What time?",
     "What else do I have to do", "Tell me what the fees are", "We moved in 2019", "By May 3",
     "Is that for fall 2026?"],
)  # fmt: skip
def test_what_may_be_the_end_does_not_trail_off(text: str):
    """Short as it may be."""
    assert silence_after(text) == 0.0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("Is there a ferry to the island?", PAUSE_UNANSWERED), ("I applied last week.", PAUSE_UNASKED),
     ("When may I bring a horse", PAUSE_UNANSWERED), ("How much is that?", PAUSE_UNASKED),
     ("I want to", PAUSE_IN_WORDS)],
)  # fmt: skip
def test_words_that_nothing_answers_may_go_on(text: str, seconds: float):
    """A whole question is waited after for less long than what asks nothing yet."""
    assert silence_after(text, answered=False) == seconds


def test_only_the_end_of_a_long_text_is_searched_for_numbers():
    """A client may send 64 KiB of them: what is before the end decides nothing."""
    assert silence_after("555 " * 16_000) == PAUSE_IN_WORDS
    assert silence_after("1-" * 32_000 + "is my number") == 0.0
