"""The next voice says the words that are missing, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.unheard import SECONDS_A_LETTER, Spoken

TEXT = "The deadline is January fifteenth."


def letters(count: float) -> float:
    return count * SECONDS_A_LETTER


@pytest.mark.parametrize(
    ("heard", "rest"),
    [
        ("", TEXT),
        ("The", "deadline is January fifteenth."),
        ("The dead", "deadline is January fifteenth."),  # rather twice than not at all
        ("The deadline is", "January fifteenth."),
        (TEXT, ""),
    ],
)
def test_a_voice_without_times_is_reckoned_by_the_letter(heard: str, rest: str):
    """As long as a voice of ordinary speed takes, which begins with a little silence."""
    spoken = Spoken(TEXT, seconds=0.1 + letters(len(heard) + 0.5))
    assert spoken.cut() == 0.0
    assert spoken.rest == rest


def test_a_voice_with_times_is_cut_before_the_word_that_is_not_whole():
    """Its half is dropped from the audio."""
    spoken = Spoken(TEXT, seconds=1.3)
    spoken.words = [("The", 0.0), ("deadline", 0.2), ("is", 0.8), ("January", 1.0)]
    assert spoken.cut() == pytest.approx(0.3)
    assert spoken.rest == "January fifteenth."


def test_numbers_spelt_out_count_by_their_letters():
    """The voice was given other words than the text has."""
    spoken = Spoken("It is 12 dollars.", seconds=1.0)
    spoken.words = [("It", 0.0), ("is", 0.2), ("twelve", 0.4), ("dollars.", 0.9)]
    spoken.cut()
    assert spoken.rest == "dollars."


def test_two_voices_may_fail_in_one_sentence():
    """Each goes on where the one before stopped."""
    spoken = Spoken(TEXT, seconds=0.1 + letters(len("The deadline") + 0.5))
    spoken.cut()
    spoken.seconds = 0.1 + letters(len("is January") + 0.5)
    spoken.cut()
    assert spoken.rest == "fifteenth."


def test_a_tenth_of_the_audio_is_not_the_sentence():
    """A fast voice is; a stream that ended early is not."""
    assert Spoken(TEXT, seconds=letters(len(TEXT)) * 0.6).plausible
    assert not Spoken(TEXT, seconds=letters(len(TEXT)) * 0.1).plausible


@given(st.text(alphabet="abc ,.", max_size=80), st.floats(0, 10))
def test_the_rest_is_the_end_of_the_text(text: str, seconds: float):
    """Whole words, in their order."""
    spoken = Spoken(text, seconds=seconds)
    spoken.cut()
    words = text.split()
    assert spoken.rest.split() == words[len(words) - len(spoken.rest.split()) :]
