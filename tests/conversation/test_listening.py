"""What the caller has said in a turn, and when all of it is known."""

from conversation.listening import TRANSCRIPT_SECONDS, Utterance


def spoken(*partials: str) -> Utterance:
    """A sound that began, with its partial transcripts."""
    utterance = Utterance()
    utterance.voice_started()
    for text in partials:
        utterance.heard(text, final=False)
    return utterance


def test_each_partial_replaces_the_one_before():
    """Words grow; they are not doubled."""
    assert spoken("when", "when is", "when is it").text == "when is it"


def test_a_final_transcript_replaces_its_partials_and_ends_its_segment():
    """What comes after it is added."""
    utterance = spoken("wen is")
    utterance.heard("When is it?", final=True)
    utterance.heard("and", final=False)
    utterance.heard("And where?", final=True)
    assert utterance.text == "When is it? And where?"


def test_a_segment_that_is_heard_again_replaces_its_first_transcript():
    """A recogniser may hear a pause and what follows it as one."""
    utterance = spoken()
    utterance.heard("as not", final=True, segment=3)
    utterance.heard("ask not what", final=True, segment=3)
    utterance.heard("your country", final=False, segment=4)
    assert utterance.text == "ask not what your country"


def test_a_turn_is_complete_once_it_is_over_and_transcribed():
    """In whichever order the two come."""
    for over_first in (True, False):
        utterance = spoken("when")
        utterance.voice_stopped(transcript_follows=True)
        steps = [lambda u=utterance: u.ended(now=1), lambda u=utterance: u.heard("w", final=True)]
        first, second = steps if over_first else reversed(steps)
        first()
        assert not utterance.complete
        second()
        assert utterance.complete


def test_a_caller_who_goes_on_is_not_done():
    """A pause that was judged an end is none if speech follows."""
    utterance = spoken("when")
    utterance.voice_stopped(transcript_follows=True)
    utterance.ended(now=1.0)
    utterance.voice_started()
    utterance.heard("When", final=True)
    assert not utterance.complete
    assert utterance.deadline is None


def test_a_transcript_that_does_not_come_is_not_waited_for():
    """Two seconds after the turn was over it is taken as it is."""
    utterance = spoken("when is")
    utterance.voice_stopped(transcript_follows=True)
    utterance.ended(now=1.0)
    assert not utterance.wake(now=1.0 + TRANSCRIPT_SECONDS - 0.01)
    assert not utterance.complete
    assert utterance.wake(now=1.0 + TRANSCRIPT_SECONDS)
    assert utterance.complete
    assert utterance.text == "when is"
    assert utterance.deadline is None


def test_silence_is_no_word():
    """Empty transcripts leave no gap; the last of them ends the waiting."""
    utterance = spoken("  ")
    utterance.voice_stopped(transcript_follows=True)
    utterance.heard("", final=True)
    utterance.ended(now=1.0)
    assert utterance.complete
    assert utterance.text == ""
