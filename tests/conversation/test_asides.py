"""A call in which not all that is heard is meant for the bot, and nobody is cut short."""

from conversation.actions import Answer, Cut, Hold, Release, Resume
from conversation.endpointing import PAUSE_IN_WORDS
from conversation.turn_taking import HOLD_SECONDS
from tests.conversation.score import Score

SILENCE = 0.2  # that the ears need to be sure


def voice(score: Score, level: float, chunks: int = 80) -> Score:
    """The next sound of the line."""
    for _ in range(chunks):
        score.hears(level)
    return score


def answered(level: float = -25.0) -> Score:
    """The caller has asked something, as loud as `level`; the bot speaks."""
    score = voice(Score().sound(), level).quiet("When is the deadline?").bot_starts()
    score.call.speaking("The deadline is March first.")
    return score


def test_words_for_somebody_else_do_not_stop_the_bot():
    """They are too quiet for us: it does not even pause, and they are no turn."""
    score = voice(answered(), -40.0).sound()
    voice(score, -40.0).partial("Stop that at once").quiet("Stop that at once, Tom.")
    assert score.of(Hold) == []
    assert score.of(Cut) == []
    assert len(score.of(Answer)) == 1
    score.bot_ends("The deadline is March first.")
    assert score.states[-1] == "IDLE"


def test_a_voice_that_grows_to_be_for_us_pauses_the_bot_then():
    """It began with a breath, or with a soft consonant."""
    score = voice(answered(), -45.0, 10).sound()
    assert score.of(Hold) == []
    assert voice(score, -25.0, 40).of(Hold) == [Hold()]
    assert score.partial("Stop that at once").of(Cut) == [Cut()]


def test_words_that_come_late_are_of_a_sound_that_was_short():
    """A hum that a busy machine has heard as words, after it was over."""
    for chunks, cut in ((20, []), (40, [Cut()])):
        score = voice(voice(answered().sound(), -25.0, chunks), -60.0, 40 - chunks)
        assert score.wait(0.56).partial("In a moment,").of(Cut) == cut


def test_one_short_word_was_no_reason_to_break_in():
    """A laugh is heard as "you": the reply goes on, and nobody is answered."""
    score = answered().wait(2).sound().wait(0.3).partial("Twenty of").wait(HOLD_SECONDS - 0.3)
    score.cut_after("The").quiet("You")
    assert score.of(Resume) == [Resume(1)]
    assert len(score.of(Answer)) == 1


def test_one_short_word_may_be_the_answer_to_what_the_bot_asks():
    """It is what the caller was asked for."""
    score = answered()
    score.call.speaking("What is your name?")
    score.wait(2).sound().wait(0.3).partial("Bob Bob").wait(HOLD_SECONDS - 0.3).cut_after("The")
    assert score.quiet("Bob").of(Resume) == []
    assert len(score.of(Answer)) == 2


def test_the_same_words_as_loud_as_the_caller_stop_it():
    """It is the level that tells them apart."""
    score = voice(answered(), -27.0).sound()
    voice(score, -27.0).partial("Stop that at once").cut_after("The")
    assert score.of(Cut) == [Cut()]


def test_a_cut_for_words_that_turn_out_to_be_for_somebody_else_is_made_good():
    """The bot goes on where it was, and has answered nothing."""
    score = voice(answered().sound(), -25.0, 25).partial("Wait").cut_after("The")
    score.quiet("Wait, I'm on the phone.")
    assert score.of(Resume) == [Resume(1)]
    assert len(score.of(Answer)) == 1


def test_the_bot_does_not_take_its_own_words_for_the_callers():
    """They come back from a loudspeaker, before it knows how loud the caller is."""
    score = answered(-90.0).sound().partial("deadline is March")
    assert score.of(Cut) == []
    assert score.of(Release) == [Release()]


def test_a_caller_who_is_in_the_middle_of_a_sentence_when_the_hold_ends_is_not_talked_over():
    """What they have said so far is enough, as long as they still speak."""
    score = answered().sound().wait(0.3).partial("My application").wait(HOLD_SECONDS - 0.3)
    assert score.of(Release) == []
    assert score.of(Cut) == [Cut()]


def test_a_turn_that_ends_in_the_middle_of_a_sentence_is_waited_for():
    """However finished it sounds: nobody's last words are "to the"."""
    score = Score().says("I'd like to go to the")
    assert score.of(Answer) == []
    score.wait(PAUSE_IN_WORDS - SILENCE)
    assert [answer.text for answer in score.of(Answer)] == ["I'd like to go to the"]


def test_what_the_caller_goes_on_with_belongs_to_it():
    """One question, answered once."""
    score = Score().says("I'd like to go to the").wait(0.6).says("library")
    assert [answer.text for answer in score.of(Answer)] == ["I'd like to go to the library"]


def test_a_client_that_says_that_a_turn_is_over_is_believed():
    """It may know more than the words do."""
    score = Score().sound().partial("to the")
    score._do(score.call.voice_stopped(now=score.now, silence=0.0))
    score._do(score.call.turn_ended(now=score.now))
    score._do(score.call.words("to the", final=True, now=score.now))
    assert [answer.text for answer in score.of(Answer)] == ["to the"]
