"""Who has the floor when both speak."""

import pytest

from conversation.turn_taking import (
    HOLD_SECONDS,
    WORD_SECONDS,
    Floor,
    Overlap,
    Sound,
    echoes,
    is_backchannel,
    takes_the_turn,
    words_of,
)

ASIDE = Sound(aside=True)
# What a recogniser made of coughs, hums and a door: short words that nobody said.
COUGHS = ["Man,", "The", "Huh.", "In a mum", "Ha ha", "Him", "Oh"]


@pytest.mark.parametrize(
    "text",
    [
        "mm-hm",
        "Okay.",
        "Uh-huh",
        "yeah, right",
        "I see",
        "got it, thank you",
        "",
        "Hmm...",
        "That makes sense.",
        "Makes sense, okay.",
    ],
)
def test_a_backchannel_is_one(text: str):
    """It shows that the caller listens, and no more, however long it takes."""
    assert is_backchannel(text)
    assert not takes_the_turn(text, final=True, seconds=2.0)


@pytest.mark.parametrize("text", ["I see no fees", "thank you what about fees", "Wie bitte", "Что"])
def test_words_beside_a_backchannel_make_it_a_turn(text: str):
    """In whatever script they are written."""
    assert not is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["stop", "No.", "wait", "okay but when", "I asked how", "Hello?", "hi", "What,"]
)
def test_words_that_stop_others_do_so_as_soon_as_they_are_heard(text: str):
    """One of them is enough, in a partial transcript of what was long enough for a word."""
    assert takes_the_turn(text, final=False, seconds=WORD_SECONDS)
    assert takes_the_turn(text, final=True, seconds=0.3)
    assert not takes_the_turn(text, final=False, seconds=0.3)


@pytest.mark.parametrize("text", ["what about fees", "Who are you", "okay, how long"])
def test_the_beginning_of_a_question_takes_less(text: str):
    """Nobody coughs "how long"."""
    assert takes_the_turn(text, final=False, seconds=0.3)
    assert not takes_the_turn(text, final=False, seconds=0.2)


def test_other_words_take_as_long_as_they_need():
    """Two words of substance, once more time has passed than a hum takes."""
    assert takes_the_turn("I have a question", final=False, seconds=0.8)
    assert not takes_the_turn("I have a question", final=False, seconds=0.5)


@pytest.mark.parametrize("text", COUGHS)
def test_a_cough_takes_no_turn(text: str):
    """Whatever words a recogniser invents for it, it is over too soon for them."""
    assert not takes_the_turn(text, final=True, seconds=0.4)


def test_one_short_invented_word_does_not_take_the_turn():
    """A guess at a long cough is not a speaker; a long word is, once it is certain."""
    assert not takes_the_turn("Man,", final=True, seconds=1.0)
    assert not takes_the_turn("Scholarships", final=False, seconds=1.0)
    assert takes_the_turn("Scholarships", final=True, seconds=1.0)


def test_words_are_compared_without_case_and_punctuation():
    """ "Mm-hm" is two words, an apostrophe belongs to its word."""
    assert words_of("Mm-hm, THAT'S it!") == ["mm", "hm", "that's", "it"]


def test_a_sound_holds_the_bot_and_words_of_substance_take_the_floor():
    """HOLD at the sound, YIELD at the word; then there is nothing to wait for."""
    overlap = Overlap()
    assert overlap.voice_started(now=1.0) is Floor.HOLD
    assert overlap.heard("st", final=False, now=1.2) is None
    assert overlap.heard("stop", final=False, now=1.5) is Floor.YIELD
    assert overlap.deadline is None
    assert overlap.wake(now=9.0) is None


def test_a_sound_that_ended_without_words_releases_the_bot_at_once():
    """The final transcript of a hum decides; nobody waits for the deadline."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    overlap.voice_stopped(now=1.3)
    assert overlap.heard("mm-hm", final=True, now=1.4) is Floor.RELEASE
    assert overlap.heard("mm-hm", final=True, now=1.5) is None


def test_a_final_transcript_in_the_middle_of_a_sound_decides_nothing():
    """The caller is still speaking: what follows may be worth hearing."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    assert overlap.heard("okay", final=True, now=1.3) is None
    assert overlap.holding


def test_a_hold_ends_at_its_deadline_and_not_a_moment_before():
    """A little more than half a second after the sound began, if nothing was heard of it."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    assert overlap.voice_started(now=1.4) is None  # it holds already, and not for longer
    assert overlap.deadline == 1.0 + HOLD_SECONDS
    assert overlap.wake(now=0.999 + HOLD_SECONDS) is None
    assert overlap.wake(now=1.0 + HOLD_SECONDS) is Floor.RELEASE


def test_who_still_speaks_when_the_hold_ends_and_has_said_something_has_the_floor():
    """The bot does not begin to talk again over somebody who is in the middle of a sentence."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    assert overlap.heard("My application", final=False, now=1.3) is None
    assert overlap.wake(now=1.0 + HOLD_SECONDS) is Floor.YIELD


def test_a_sound_that_is_over_when_the_hold_ends_is_nobodys():
    """Its last transcript will tell what it was."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    overlap.heard("That's it.", final=False, now=1.3)
    assert overlap.wake(now=1.0 + HOLD_SECONDS, speaks=False) is Floor.RELEASE


def test_a_voice_that_goes_on_is_enough_where_words_come_at_its_end_only():
    """A hosted recogniser hears whole segments: the bot would talk over all of the sentence."""
    for voice, floor in ((True, Floor.YIELD), (False, Floor.RELEASE)):
        overlap = Overlap()
        overlap.voice_started(now=1.0)
        if not voice:
            overlap.voice_stopped(now=1.3)
        assert overlap.wake(now=1.0 + HOLD_SECONDS, worded=False) is floor


@pytest.mark.parametrize(
    "text", ["", "mm-hm", "I'm on the phone", "I'll be right with you", "that", "The.", "it makes"]
)
def test_who_still_hums_or_speaks_to_others_when_the_hold_ends_has_not(text: str):
    """It is not for the bot."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    overlap.heard(text, final=False, now=1.3)
    assert overlap.wake(now=1.0 + HOLD_SECONDS) is Floor.RELEASE


def test_a_sound_that_is_not_for_the_bot_neither_holds_nor_cuts_it():
    """Not even with a word that people stop others with."""
    overlap = Overlap()
    assert overlap.voice_started(now=1.0, aside=True) is None
    assert overlap.heard("Stop hitting him", ASIDE, final=False, now=1.6) is None
    assert overlap.deadline is None


def test_what_turns_out_not_to_be_for_the_bot_lets_it_go_on_at_once():
    """Nobody waits for the deadline."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    assert overlap.heard("No, the blue", ASIDE, final=False, now=1.3) is Floor.RELEASE


def test_the_silence_after_a_sound_is_no_part_of_it():
    """The VAD takes a while to be sure of it."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    overlap.voice_stopped(now=1.6, silence=0.2)
    assert overlap.heard("In a mum", final=True, now=1.7) is Floor.RELEASE


def test_the_bot_knows_its_own_words():
    """Two in a row or more; one alone may be anybody's."""
    said = "The fee is sixty dollars, and it can be waived."
    assert echoes("sixty dollars and", said)
    assert not echoes("dollars sixty", said)
    assert not echoes("fee", said)


def test_time_that_passes_after_a_sound_is_no_part_of_it():
    """A cough is as short as it was, however late its transcript comes."""
    overlap = Overlap()
    overlap.voice_started(now=1.0)
    overlap.voice_stopped(now=1.3)
    assert overlap.heard("In a mum", final=True, now=3.0) is Floor.RELEASE


def test_who_hesitates_goes_on_with_what_they_began():
    """ "Is there … a fee": the second sound needs no more time than the first one lacked."""
    overlap = Overlap()
    for begins, text in ((1.0, "Is there"), (1.9, "Is there a fee")):
        overlap.voice_started(now=begins)
        decided = overlap.heard(text, Sound(lasted=0.3), final=False, now=begins + 0.4)
        overlap.voice_stopped(now=begins + 0.5)
    assert decided is Floor.YIELD


def test_a_sound_long_after_another_is_a_new_one():
    """Two hums in ten seconds are two hums."""
    overlap = Overlap()
    for begins in (1.0, 3.0):
        overlap.voice_started(now=begins)
        decided = overlap.heard("In a mum", Sound(lasted=0.3), final=False, now=begins + 0.4)
        overlap.voice_stopped(now=begins + 0.5)
        overlap.wake(now=begins + 1.0)
    assert decided is None
