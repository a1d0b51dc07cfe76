"""A call whose connection is cut, at each state, and taken up by another worker."""

import pytest

from conversation.actions import Answer, Cut, Leave, Say, Tell
from conversation.memory import EARLIER, KEPT
from conversation.turn_taking import GOING_ON_SECONDS
from tests.conversation.score import Score

FIRST, SECOND = "The fee is $60.", "It is due on Friday."
WHOLE = f"{FIRST} {SECOND}"


def asked() -> Score:
    """A turn is being answered."""
    return Score().says("How much is the fee?")


def speaking(*, made: bool = True) -> Score:
    """The second piece of its answer is being heard. made: all of it is known."""
    whole = WHOLE if made else ""
    return asked().piece(FIRST, whole).bot_starts().piece(SECOND, whole, FIRST)


def started(score: Score) -> tuple[bool, str, int]:
    """What the client of the connection is told first."""
    message = score.of(Tell)[0].message
    assert message["type"] == "session_started"
    return message["resumed"], message["state"], message["turn_number"]


def test_a_turn_cut_while_it_was_thought_about_is_answered_once():
    """With the talk so far, without a greeting, and its words are neither kept nor told again."""
    score = asked().bot_starts().bot_ends("It is $60.").says("And when is it due?")
    again = score.taken_up()
    assert started(again) == (True, "THINKING", 2)
    assert again.of(Answer) == [score.of(Answer)[1]]
    assert again.of(Say) == []
    assert [e for e in again.kept if e["kind"] == "transcript"] == []
    again.bot_starts().bot_ends("On Friday.")
    assert again.states == ["SPEAKING", "IDLE"]
    done = [t.message for t in again.of(Tell) if t.message["type"] == "turn_complete"]
    assert [m["turn_number"] for m in done] == [2]
    assert [e.agent for e in again.call.memory.exchanges] == ["It is $60.", "On Friday."]
    assert again.taken_up().of(Answer) == []


def test_an_answer_that_was_being_heard_goes_on_from_its_piece():
    """What was heard before is not said again, and belongs to what is remembered and told."""
    again = speaking().taken_up()
    assert started(again) == (True, "SPEAKING", 1)
    assert again.of(Answer) == []
    assert again.of(Say) == [Say(1, SECOND)]
    again.piece(SECOND, SECOND).bot_starts().bot_ends(SECOND)
    assert again.states == ["IDLE"]
    assert again.call.memory.last_reply == WHOLE
    answers = [e["text"] for e in again.kept if e["kind"] == "answer"]
    assert answers == [FIRST, WHOLE]
    told = [t.message["text"] for t in again.of(Tell) if t.message.get("final")]
    assert told == [WHOLE]


def test_two_quick_reconnects_say_nothing_twice():
    """Each goes on where the one before was; a piece that was begun is begun again."""
    once = speaking().taken_up()
    twice = once.taken_up()
    assert (twice.of(Say), twice.of(Answer)) == ([Say(1, SECOND)], [])
    third = twice.piece(SECOND, SECOND).bot_starts().bot_ends(SECOND).taken_up()
    assert started(third) == (True, "IDLE", 1)
    assert (third.of(Say), third.of(Answer)) == ([], [])


def test_a_third_piece_is_reckoned_from_the_answers_beginning():
    """Cut again after the reconnect: the rest is that of the whole answer."""
    score = asked().piece("One.", "One. Two. Three.").bot_starts()
    again = score.piece("Two.", "One. Two. Three.", "One.").taken_up()
    assert again.of(Say) == [Say(1, "Two. Three.")]
    again.piece("Two.", "Two. Three.").bot_starts().piece("Three.", "Two. Three.", "Two.")
    assert again.taken_up().of(Say) == [Say(1, "Three.")]


def test_an_answer_that_was_not_all_made_is_made_again_without_what_was_heard():
    """Its turn is thought about again."""
    again = speaking(made=False).taken_up()
    assert started(again) == (True, "THINKING", 1)
    (answer,) = again.of(Answer)
    assert (answer.text, answer.heard) == ("How much is the fee?", FIRST)
    again.bot_starts().bot_ends(SECOND)
    assert again.call.memory.last_reply == WHOLE


def test_breaking_in_after_the_reconnect_keeps_all_that_was_heard():
    """Before it and after it."""
    again = speaking().taken_up()
    again.piece(SECOND, SECOND).bot_starts().sound().partial("wait what about aid")
    again.cut_after("It is")
    assert again.call.memory.last_reply == f"{FIRST} It is"
    assert again.states == ["INTERRUPT", "LISTENING"]


def test_a_caller_who_broke_in_is_listened_to():
    """INTERRUPT is left at once, and the reply that was cut is not said."""
    score = speaking().wait(GOING_ON_SECONDS).sound().partial("wait what about aid")
    assert score.states[-1] == "INTERRUPT"
    again = score.taken_up()
    assert started(again) == (True, "INTERRUPT", 1)
    assert again.states == ["LISTENING"]
    assert (again.of(Say), again.of(Answer)) == ([], [])
    assert again.call.memory.last_reply == FIRST
    again.quiet("what about aid")
    assert again.of(Answer)[0].turn == 2


@pytest.mark.parametrize("reset", [False, True], ids=["INTERRUPT", "LISTENING"])
def test_words_that_the_caller_was_about_to_go_on_with_are_answered(reset: bool):
    """They were acknowledged: without them the caller would wait for ever."""
    score = asked()
    score._do(score.call.voice_started(now=1, sure=True))
    if reset:
        score._do(score.call.speech_cut(None, "", now=1))
    again = score.taken_up()
    assert started(again)[1] == ("LISTENING" if reset else "INTERRUPT")
    assert [a.text for a in again.of(Answer)] == ["How much is the fee?"]
    assert again.states[-1] == "THINKING"


def test_a_caller_who_was_speaking_is_listened_to_again():
    """What was said of the turn was not acknowledged; its number is not used for another turn."""
    score = asked().bot_starts().bot_ends("It is $60.").sound().partial("and when")
    again = score.taken_up()
    assert started(again) == (True, "LISTENING", 2)
    assert (again.of(Say), again.of(Answer), again.states) == ([], [], [])
    again.says("And when is it due?")
    assert again.of(Answer)[0].turn == 3


def test_a_caller_who_rested_is_not_greeted_again():
    """The talk goes on."""
    again = asked().bot_starts().bot_ends("It is $60.").taken_up()
    assert started(again) == (True, "IDLE", 1)
    assert (again.of(Say), again.states) == ([], ["LISTENING"])
    assert again.says("And when?").of(Answer)[0].about == "How much is the fee?"


def test_a_greeting_that_nobody_heard_is_owed_and_one_that_was_not_wanted_is_not():
    """It was ordered; whether another connection wants one does not matter."""
    assert Score("Hello there.").taken_up().of(Say) == [Say(0, "Hello there.")]
    assert Score().taken_up().of(Say) == []
    heard = Score("Hello there.").bot_starts().bot_ends("Hello there.")
    assert heard.taken_up().of(Say) == []


def test_a_greeting_is_cut_and_goes_on():
    """As any reply."""
    score = Score(WHOLE).piece(FIRST, WHOLE).bot_starts().piece(SECOND, WHOLE, FIRST)
    again = score.taken_up()
    assert started(again) == (True, "SPEAKING", 0)
    assert again.of(Say) == [Say(0, SECOND)]


def test_a_reply_that_went_on_after_a_false_alarm_goes_on_again():
    """Cut for nothing, resumed, and then the worker dies before its next piece."""
    score = speaking().sound().partial("wait what").cut_after(f"{FIRST} It")
    score._do(score.call.voice_stopped(now=1, silence=0.2))
    score._do(score.call.words("mm-hm", final=True, now=1))
    score._do(score.call.turn_ended(now=1))
    again = score.taken_up()
    assert started(again) == (True, "SPEAKING", 1)
    assert again.of(Say) == [Say(1, SECOND)]
    assert again.bot_starts().bot_ends(SECOND).says("And aid?").of(Answer)[0].turn == 3


def test_a_line_that_drops_leaves_the_call_as_it_was():
    """Its worker lives: the machine rests, the context does not."""
    score = speaking()
    score._do(score.call.disconnected(now=9, reason="lost"))
    assert score.states[-1] == "IDLE"
    assert [e["text"] for e in score.kept if e["kind"] == "answer"] == [FIRST]
    again = score.taken_up()
    assert started(again)[1] == "SPEAKING"
    assert again.of(Say) == [Say(1, SECOND)]


def test_a_call_that_was_ended_is_over():
    """Who takes the session up all the same is listened to; nothing is owed."""
    score = speaking()
    score._do(score.call.disconnected(now=9))
    assert score.context["over"] == "hang_up"
    assert "resume_token" not in score.of(Tell)[-1].message
    again = score.taken_up()
    assert (started(again)[1], again.of(Say)) == ("IDLE", [])
    assert again.context["over"] == ""


@pytest.mark.parametrize("state", ["THINKING", "IDLE"])
def test_leaving_says_one_moment_and_changes_nothing(state: str):
    """The call goes on elsewhere as if that had not been said."""
    score = asked() if state == "THINKING" else asked().bot_starts().bot_ends("It is $60.")
    before = score.context
    score._do(score.call.leaving())
    assert score.of(Say)[-1] == Say(1, "One moment.", then_hang_up=True)
    assert score.of(Cut) == [Cut()]
    score.bot_starts().bot_ends("One moment.")
    score._do(score.call.disconnected(now=9))
    ended = score.of(Tell)[-1].message
    assert (ended["reason"], ended["resume_token"]) == ("draining", "token")
    assert {**score.context, "at": 0} == {**before, "at": 0}
    assert started(score.taken_up())[1] == state
    assert len(score.taken_up().of(Answer)) == (state == "THINKING")


def test_leaving_in_the_middle_of_an_answer_says_nothing():
    """It goes on elsewhere where it was."""
    score = speaking()
    score._do(score.call.leaving())
    assert (score.of(Say), score.of(Leave)) == ([], [Leave()])
    score._do(score.call.disconnected(now=9, reason="draining"))
    assert score.taken_up().of(Say) == [Say(1, SECOND)]


def test_a_turn_whose_words_were_not_kept_is_apologised_for():
    """Transcripts are off: nothing can be answered, but nobody waits."""
    context = {name: value for name, value in speaking().context.items() if name != "talk"}
    again = Score(kept=context)
    assert started(again) == (True, "THINKING", 1)
    assert again.of(Say) == [Say(1, "Sorry.")]
    assert again.bot_starts().bot_ends("Sorry.").states == ["SPEAKING", "IDLE"]


def test_the_context_is_of_bounded_size():
    """However long the talk: the last exchanges, and the older questions in short."""
    score = Score()
    for number in range(60):
        words = f"question {number} " + "about something " * 400
        score.says(words).bot_starts().bot_ends("an answer " * 400)
    memory = score.context["talk"]["memory"]
    assert len(memory["exchanges"]) == KEPT
    assert len(memory["earlier"]) <= EARLIER
    assert "question 47" in memory["earlier"]
    assert len(str(score.context)) < 40_000
    again = score.taken_up().says("and now?")
    assert "question 47" in again.of(Answer)[0].messages[0]["content"]


def test_the_language_goes_on():
    """That of the session, whatever the new connection says."""
    assert Score(language="de").taken_up().call.language == "de"
