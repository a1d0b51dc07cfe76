"""An answer is made while the caller's silence may be a pause, and nobody notices if it was one."""

import pytest

from conversation.actions import Answer, AnswerAhead, DropAhead, Record, Say, Tell
from conversation.endpointing import PAUSE_UNASKED
from conversation.guessing import MOST_A_TURN
from conversation.use import Unit, Used
from tests.conversation.score import Score

VOICE = Used("tts", "hibari", "hibari", Unit.CHARACTERS, 20.0, 0.0)
EARS = Used("stt", "groq", "whisper", Unit.SECONDS, 2.0, 0.1)


def call(**how: object) -> Score:
    return Score(answers_ahead=True, **how)


def test_the_answer_is_begun_in_the_silence_and_stands_when_the_turn_is_over():
    """Made once, for the same words and the same talk before them."""
    score = call().sound().partial("how much").falls_silent("How much is the fee?")
    (made,) = score.of(AnswerAhead)
    assert (made.turn, made.text, made.about) == (1, "How much is the fee?", None)
    score.quiet("How much is the fee, please?")
    (answer,) = score.of(Answer)
    assert (answer.turn, answer.stands) == (1, True)
    assert answer.messages == made.messages
    assert len(score.of(AnswerAhead)) == 1
    assert not score.of(DropAhead)


def test_a_final_transcript_in_the_silence_will_do():
    """A recogniser that hears whole segments only: Smart Turn still judges when its words come."""
    score = call().sound().pauses("how much is the fee")
    assert [made.text for made in score.of(AnswerAhead)] == ["how much is the fee"]
    assert score.over().of(Answer)[0].stands


def test_words_that_nothing_is_known_to_answer_may_not_be_all():
    """The caller is given time to go on; then they are told that nothing is known."""
    score = call()
    score.finds = False
    score.sound().falls_silent("i already sent my scores").quiet("i already sent my scores")
    assert not score.of(Answer)
    score.wait(PAUSE_UNASKED)
    assert [answer.stands for answer in score.of(Answer)] == [True]


def test_an_answer_that_is_found_after_the_turn_ends_it_at_once():
    """Until it is known whether there is one, the silence may still be a pause."""
    score = call()
    score.finds = None
    score.sound().falls_silent("how much is the fee").quiet("how much is the fee")
    assert not score.of(Answer)
    score.found(score.of(AnswerAhead)[0], sure=True)
    assert [answer.stands for answer in score.of(Answer)] == [True]


def test_what_was_found_for_other_words_says_nothing():
    """It comes late, for the beginning of the question."""
    score = call()
    score.finds = None
    score.sound().falls_silent("how much").falls_silent("how much is the fee")
    early, _ = score.of(AnswerAhead)
    score.quiet("how much is the fee").found(early, sure=True)
    assert not score.of(Answer)


def test_nothing_is_begun_while_the_caller_speaks():
    """Partial words are searched for, not answered."""
    score = call().sound().partial("how much is the fee").partial("how much is the fee for")
    assert not score.of(AnswerAhead)


def test_the_caller_goes_on_and_it_is_thrown_away():
    """The longer question is answered, once."""
    score = call().sound().falls_silent("how much is the fee")
    score.partial("how much is the fee for graduates")
    assert len(score.of(DropAhead)) == 1
    score.falls_silent("how much is the fee for graduates").quiet(
        "how much is the fee for graduates"
    )
    assert [a.text for a in score.of(AnswerAhead)][1:] == ["how much is the fee for graduates"]
    assert [(a.text, a.stands) for a in score.of(Answer)] == [
        ("how much is the fee for graduates", True)
    ]


def test_a_voice_is_enough_to_throw_it_away():
    """Before its words are known: the pause was a pause."""
    score = call().sound().pauses("i would like to know")
    assert not score.of(DropAhead)
    assert len(score.sound().of(DropAhead)) == 1


def test_other_words_at_the_end_are_answered_anew():
    """The last transcript says something else than the one that was answered."""
    score = call().sound().falls_silent("is the fee 15 dollars").ends("is the fee 50 dollars")
    assert [a.text for a in score.of(AnswerAhead)][1:] == ["is the fee 50 dollars"]
    assert [(a.text, a.stands) for a in score.of(Answer)] == [("is the fee 50 dollars", True)]
    assert score.did.index(score.of(DropAhead)[0]) < score.did.index(score.of(AnswerAhead)[1])


def test_it_leaves_no_trace():
    """Memory, record and client are as if it had never been."""
    plain, ahead = Score(), call()
    for score in (plain, ahead):
        score.says("when is the deadline").bot_starts().bot_ends("In May.")
        score.sound().falls_silent("and the").partial("and the fee").quiet("and the fee for fall")
        score.bot_starts().bot_ends("It is $60.")
    assert ahead.of(AnswerAhead)
    assert ahead.of(DropAhead)
    assert ahead.kept == plain.kept
    assert ahead.of(Tell) == plain.of(Tell)
    assert ahead.of(Record) == plain.of(Record)
    assert ahead.call.memory == plain.call.memory
    assert ahead.context == plain.context


def test_a_reply_that_may_go_on_is_not_answered_over_a_hum():
    """ "Mm-hm" after a cut reply makes it go on: there is nothing to answer."""
    score = call().sound().ends("how much is the fee").bot_starts()
    score._do(score.call.voice_started(now=score.now, sure=True))
    score.cut_after("The fee").falls_silent("mm-hm")
    assert [made.turn for made in score.of(AnswerAhead)] == [1]


def test_words_that_came_while_the_reply_was_being_cut_are_answered_ahead():
    """The caller broke in and fell silent before the audio had stopped."""
    score = call().sound().ends("how much is the fee").bot_starts()
    score._do(score.call.voice_started(now=score.now, sure=True))
    score.falls_silent("no i mean the deadline")
    assert [made.turn for made in score.of(AnswerAhead)] == [1]
    score.cut_after("The fee")
    assert score.of(AnswerAhead)[1].text == "no i mean the deadline"


def test_a_caller_who_thinks_aloud_is_not_answered_at_every_pause():
    """Each answer costs: after a few the end of the turn is waited for."""
    score = call().sound()
    for number in range(1, MOST_A_TURN + 3):
        score.falls_silent("and then " + "really " * number + "what")
    assert len(score.of(AnswerAhead)) == MOST_A_TURN
    score.quiet("what is it").bot_starts().bot_ends("It is $60.")
    assert len(score.sound().falls_silent("how much is it").of(AnswerAhead)) == MOST_A_TURN + 1


def test_an_answer_that_fails_ahead_is_tried_again_when_the_turn_is_over():
    """No apology while the caller may still speak."""
    score = call().sound().falls_silent("how much is the fee")
    score._do(score.call.failed(now=score.now))
    assert (len(score.of(DropAhead)), score.of(Say)) == (1, [])
    score.falls_silent("how much is the fee")
    assert len(score.of(AnswerAhead)) == 1
    assert [a.stands for a in score.quiet("how much is the fee").of(Answer)] == [False]


def test_an_answer_that_fails_after_its_turn_is_apologised_for():
    """From then on it is an answer like any other."""
    score = call().sound().falls_silent("how much is the fee").quiet("how much is the fee")
    score._do(score.call.failed(now=score.now))
    assert [say.text for say in score.of(Say)] == ["Sorry."]


def test_a_caller_who_goes_on_while_we_think_has_both_parts_answered():
    """The words so far belong to the next turn, and to what is made ahead for it."""
    score = call().sound().ends("how much is the fee")
    score._do(score.call.voice_started(now=score.now, sure=True))
    score.cut_after("", turn=None)
    score.falls_silent("for graduate programs")
    assert score.of(AnswerAhead)[-1].text == "how much is the fee for graduate programs"
    assert score.quiet("for graduate programs").of(Answer)[-1].stands


def test_hanging_up_throws_it_away():
    """Nothing is spoken to nobody any longer."""
    score = call().sound().falls_silent("how much is the fee")
    score._do(score.call.disconnected(now=score.now, reason="lost"))
    assert len(score.of(DropAhead)) == 1


def test_an_announcement_comes_instead_of_it():
    """One thing is said at a time: what was made for later is made again."""
    score = call().sound().falls_silent("how much is the fee")
    score._do(score.call.announce("One moment."))
    assert [type(action) for action in score.did[-2:]] == [DropAhead, Say]


def test_leaving_cuts_it_with_everything_else():
    """It is not thrown away a second time, over "one moment"."""
    score = call().sound().falls_silent("how much is the fee")
    score._do(score.call.leaving())
    score.sound()
    assert not score.of(DropAhead)


def test_what_was_thrown_away_is_on_the_account():
    """Its cost is the turn's, and told apart; hearing was not for it alone."""
    score = call().sound().falls_silent("how much is the fee")
    score.call.ledgers.book(1, VOICE)
    score.call.ledgers.book(None, EARS)
    score.falls_silent("how much is the fee for graduates")
    score.call.ledgers.book(1, VOICE)
    score.quiet("how much is the fee for graduates").bot_starts().bot_ends("$60.")
    (done,) = [t.message for t in score.of(Tell) if t.message["type"] == "turn_complete"]
    assert [(u["kind"], u.get("thrown")) for u in done["usage"]] == [
        ("tts", True), ("stt", None), ("tts", None),
    ]  # fmt: skip


def test_what_other_words_replace_at_the_end_is_thrown_away_on_the_same_account():
    """The turn's ledger has begun by then."""
    score = call().sound().falls_silent("is it 15 dollars")
    score.call.ledgers.book(1, VOICE)
    score.ends("is it 50 dollars").bot_starts().bot_ends("$60.")
    (done,) = [t.message for t in score.of(Tell) if t.message["type"] == "turn_complete"]
    assert [u.get("thrown") for u in done["usage"]] == [True]


@pytest.mark.parametrize("text", ["", "   ", "Thank you."])
def test_silence_without_words_that_matter_is_not_answered_ahead(text: str):
    """There is nothing by which the turn's words could be told to be the same."""
    assert not call().sound().falls_silent(text).of(AnswerAhead)


def test_it_can_be_turned_off():
    """Where an answer costs money, the operator decides."""
    score = Score().sound().falls_silent("how much is the fee").quiet("how much is the fee")
    assert not score.of(AnswerAhead)
    assert not score.of(Answer)[0].stands
