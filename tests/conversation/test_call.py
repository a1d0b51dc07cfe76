"""A call without a pipeline: what the caller does, what the bot does, what is decided."""

import pytest

from conversation.actions import Answer, Cut, Hold, Release, Resume, Say, Tell
from conversation.controlling import End
from conversation.turn_taking import HOLD_SECONDS
from tests.conversation.score import Score


def answering() -> Score:
    """The bot speaks its answer to the first question."""
    return Score().says("When is the deadline?").bot_starts()


def test_a_question_and_its_answer():
    """Heard, answered once, complete once, remembered."""
    score = answering().bot_ends("The deadline is March first.")
    assert score.of(Answer) == [Answer(1, "When is the deadline?", None, ())]
    assert score.states == ["LISTENING", "THINKING", "SPEAKING", "IDLE"]
    assert score.call.memory.last_reply == "The deadline is March first."
    kinds = [t.message["type"] for t in score.of(Tell)]
    assert kinds.count("turn_complete") == 1


def test_a_follow_up_knows_what_was_asked_before():
    """The next question comes with what the talk is about and what was said."""
    score = answering().bot_ends("It is March first.").says("And for transfer students?")
    follow_up = score.of(Answer)[1]
    assert follow_up.about == "When is the deadline?"
    assert follow_up.messages[-1] == {"role": "assistant", "content": "It is March first."}


def test_the_words_of_a_turn_with_pauses_are_put_together():
    """Two segments, one turn."""
    score = Score().sound()
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.words("I'd like to know", final=True, now=1, segment=1))
    score.sound()
    score._do(score.call.voice_stopped(now=3, silence=0.2))
    score._do(score.call.words("when to apply", final=True, now=3, segment=2))
    score._do(score.call.turn_ended(now=3))
    assert score.of(Answer)[0].text == "I'd like to know when to apply"


def test_a_segment_that_is_heard_again_replaces_its_first_transcript():
    """Nothing is doubled when a recogniser hears a pause and what follows as one."""
    score = Score().sound()
    score._do(score.call.words("as not", final=True, now=1, segment=1))
    score._do(score.call.words("ask not what your country", final=True, now=2, segment=1))
    score._do(score.call.turn_ended(now=3))
    assert score.of(Answer)[0].text == "ask not what your country"


def test_a_turn_waits_for_its_transcript_but_not_for_ever():
    """Over, but not transcribed yet: nothing is answered until the words come or won't."""
    score = Score().sound()
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.turn_ended(now=1))
    assert score.states == ["LISTENING"]
    score.wait(10)
    assert score.states == ["LISTENING", "IDLE"]


def transcribed_late(partial: str, final: str) -> Score:
    """The recogniser takes longer for the end of a question than it is waited for."""
    score = Score().sound()
    if partial:
        score.partial(partial)
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.turn_ended(now=1))
    score.wait(10)
    return score._do(score.call.words(final, final=True, now=11))


def test_a_transcript_that_comes_late_is_answered_all_the_same():
    """Its turn was over without it; no other end of a turn will come."""
    score = transcribed_late("", "When is the deadline?")
    assert [answer.text for answer in score.of(Answer)] == ["When is the deadline?"]
    assert score.states == ["LISTENING", "IDLE", "LISTENING", "THINKING"]


def test_a_transcript_that_comes_late_and_says_what_is_known_changes_nothing():
    """The answer to the partial transcript is on its way."""
    score = transcribed_late("when is the deadline", "When is the deadline?")
    assert [answer.text for answer in score.of(Answer)] == ["when is the deadline"]
    assert score.states == ["LISTENING", "THINKING"]


def test_a_transcript_that_comes_late_and_says_more_is_answered_instead():
    """The answer to a part of the question is given up."""
    score = transcribed_late("when is", "When is the deadline?").cut_after("")
    assert score.of(Answer)[-1].text.endswith("When is the deadline?")
    assert score.states == ["LISTENING", "THINKING", "INTERRUPT", "LISTENING", "THINKING"]


def test_a_transcript_that_comes_late_over_the_next_words_waits_for_their_end():
    """The caller speaks again: it is all one turn."""
    score = Score().sound()
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.turn_ended(now=1))
    score.wait(10).sound()
    score._do(score.call.words("When is the deadline", final=True, now=11, segment=1))
    assert score.of(Answer) == []
    score._do(score.call.voice_stopped(now=12, silence=0.2))
    score._do(score.call.words("for housing?", final=True, now=12, segment=2))
    score._do(score.call.turn_ended(now=12))
    assert score.of(Answer)[0].text == "When is the deadline for housing?"


def test_a_caller_faster_than_the_greeting_is_listened_to():
    """Speech that was ordered and not heard yet is dropped."""
    score = Score(greeting="Hello.")
    assert score.of(Say) == [Say(0, "Hello.")]
    score.sound()
    assert score.of(Cut) == [Cut()]


def test_words_over_the_bot_cut_it():
    """Pause at the sound, cut at the words, answer the new question."""
    score = answering().sound()
    assert score.of(Hold) == [Hold()]
    score.partial("wait what about fees").cut_after("The deadline is")
    score.quiet("wait what about fees")
    assert score.of(Cut) == [Cut()]
    assert score.of(Answer)[1].text == "wait what about fees"
    assert score.call.memory.exchanges[0].agent == "The deadline is"


@pytest.mark.parametrize("sound", ["Mm-hm.", "okay", "", "Man,"])
def test_sounds_that_take_no_turn_let_the_bot_go_on(sound: str):
    """A hum, a cough that was heard as a short word, nothing at all."""
    score = answering().sound().quiet(sound)
    assert score.of(Cut) == []
    assert score.of(Release) == [Release()]
    assert score.states[-1] == "SPEAKING"
    assert len(score.of(Answer)) == 1


def test_the_bot_is_held_half_a_second_at_most():
    """Without any word it goes on, and still listens: words that come later cut it."""
    score = answering().sound().wait(HOLD_SECONDS)
    assert score.of(Release) == [Release()]
    score.wait(0.3).partial("I wanted to ask").cut_after("The")
    assert score.states[-2:] == ["INTERRUPT", "LISTENING"]


def test_a_turn_that_was_over_before_it_was_taken_is_answered_at_once():
    """A short "stop, when?" ends before its words are known: no second silence is waited for."""
    score = answering().sound()
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.turn_ended(now=1))
    score._do(score.call.words("stop when is it", final=True, now=1.2))
    score.cut_after("The")
    assert score.of(Answer)[-1].text == "stop when is it"


def test_a_cut_for_nothing_is_resumed_and_completed_once():
    """The reply goes on; its turn was told complete when it was cut, and is not told again."""
    score = answering().sound().partial("wait what").cut_after("The")
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.words("mm-hm", final=True, now=1))
    score._do(score.call.turn_ended(now=1))
    assert score.of(Resume) == [Resume(1)]
    score.bot_ends("The deadline is March first.")
    complete = [t for t in score.of(Tell) if t.message["type"] == "turn_complete"]
    assert len(complete) == 1
    assert score.call.memory.last_reply == "The deadline is March first."


def test_hanging_up_ends_the_session_whatever_goes_on():
    """The last message says so."""
    score = answering()
    score._do(score.call.disconnected(now=5))
    assert score.of(Tell)[-1].message["type"] == "session_ended"
    assert score.states[-1] == "IDLE"


def transcripts(score: Score) -> list[tuple[str, bool]]:
    """What the client was told of the caller's words: text, final."""
    told = [tell.message for tell in score.of(Tell) if tell.message["type"] == "transcript"]
    return [(m["text"], m["final"]) for m in told]


def test_words_are_told_once():
    """As they come if they are new, and as final when the turn is over."""
    score = Score()
    score.sound().partial("how").partial("how").partial("how much").quiet("how much")
    assert transcripts(score) == [("how", False), ("how much", False), ("how much", True)]


def test_words_that_come_in_several_pieces_are_told_as_they_grow():
    """A final transcript that doesn't end the turn is news too."""
    score = Score()
    score.sound().partial("how much")
    score._do(score.call.voice_stopped(now=0.0, silence=0.2))
    score._do(score.call.words("how much is", final=True, now=0.0))
    score.sound().quiet("the fee")
    assert transcripts(score) == [
        ("how much", False),
        ("how much is", False),
        ("how much is the fee", False),
        ("how much is the fee", True),
    ]


def ended(score: Score, **how: str) -> str:
    """The reason that the client is told."""
    score._do(score.call.disconnected(now=score.now, **how))
    return score.of(Tell)[-1].message["reason"]


def test_a_call_that_has_lasted_too_long_ends_with_a_goodbye():
    """They are the last words, and the client is told why."""
    score = Score()
    score._do(score.call.order(End("time_up")))
    assert score.of(Say) == [Say(0, "Bye.", then_hang_up=True)]
    score.bot_starts().bot_ends("Bye.")
    assert ended(score) == "time_up"


def test_the_client_is_told_why_a_call_ended():
    """Somebody hung up, or the line was idle."""
    assert ended(Score()) == "hang_up"
    assert ended(Score(), reason="idle") == "idle"
