"""A call without a pipeline: what the caller does, what the bot does, what is decided."""

import pytest

from conversation.actions import Action, Answer, Cut, Hold, Release, Resume, Say, Tell
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.turn_taking import HOLD_SECONDS


class Score:
    """Plays a call: each line is what happens next, `did` is all that was decided."""

    def __init__(self, greeting: str = "") -> None:
        self.now = 0.0
        self.call = Call(Announcements("s", lambda: 0.0), greeting=greeting, apology="Sorry.")
        self.did: list[Action] = []
        self._do(self.call.connected(now=0.0))

    def _do(self, actions: list[Action]) -> "Score":
        self.did += actions
        return self

    def wait(self, seconds: float) -> "Score":
        self.now += seconds
        return self._do(self.call.wake(now=self.now))

    def sound(self) -> "Score":
        return self._do(self.call.voice_started(now=self.now))

    def partial(self, text: str) -> "Score":
        return self._do(self.call.words(text, final=False, now=self.now))

    def quiet(self, text: str) -> "Score":
        """The sound ends, is transcribed, and the turn is over."""
        self._do(self.call.voice_stopped(now=self.now, silence=0.2))
        self._do(self.call.words(text, final=True, now=self.now))
        return self._do(self.call.turn_ended(now=self.now))

    def says(self, text: str) -> "Score":
        """The caller says all of it."""
        return self.sound().partial(text).quiet(text)

    def bot_starts(self) -> "Score":
        turn = self.call.conversation.turn
        return self._do(self.call.speech_started(turn, entered=self.now, now=self.now))

    def bot_ends(self, heard: str) -> "Score":
        turn = self.call.conversation.turn
        return self._do(self.call.speech_finished(turn, heard, now=self.now))

    def cut_after(self, heard: str, turn: int = 1) -> "Score":
        return self._do(self.call.speech_cut(turn, heard, now=self.now))

    def of(self, kind: type) -> list:
        """The decisions of a kind, in order."""
        return [action for action in self.did if isinstance(action, kind)]

    @property
    def states(self) -> list[str]:
        told = [t.message for t in self.of(Tell)]
        return [m["to"] for m in told if m["type"] == "state_change"]


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
