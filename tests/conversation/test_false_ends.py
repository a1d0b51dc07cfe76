"""A turn that was taken for over in a pause: the reply has begun when the caller goes on."""

from conversation.actions import Answer, Resume
from conversation.desk import Desk
from conversation.turn_taking import GOING_ON_SECONDS
from tests.conversation.desk_call import CALLBACK, PLANS
from tests.conversation.score import Score


def replied_to(beginning: str, *, after: float = GOING_ON_SECONDS / 2) -> Score:
    """The reply to the beginning of a sentence has been heard for so many seconds."""
    return Score().says(beginning).bot_starts().wait(after)


def asked(score: Score) -> list[str]:
    return [answer.text for answer in score.of(Answer)]


def goes_on(score: Score, rest: str) -> Score:
    """The caller says the rest, over the reply."""
    score.sound().now += 0.6
    return score.partial(rest).cut_after("I'm").quiet(rest)


def test_the_rest_of_the_sentence_is_answered_with_its_beginning():
    """And a language model is told the words once."""
    score = goes_on(replied_to("what is the deadline"), "of a place in housing")
    assert asked(score)[1:] == ["what is the deadline of a place in housing"]
    assert score.of(Answer)[1].messages == ({"role": "assistant", "content": "I'm"},)
    assert score.of(Answer)[1].about is None
    score.bot_starts().bot_ends("It is $60.")
    assert score.call.memory.about == "what is the deadline of a place in housing"


def test_who_has_heard_the_reply_for_a_while_asks_something_else():
    """A barge-in: the context has both."""
    score = replied_to("how do I apply", after=GOING_ON_SECONDS)
    goes_on(score, "how much does housing cost")
    assert asked(score)[1:] == ["how much does housing cost"]
    assert score.call.memory.about == "how do I apply"


def test_who_refuses_the_reply_at_once_has_begun_a_new_sentence():
    """It is answered alone, and the first question stays known."""
    score = goes_on(replied_to("when is the deadline"), "no i mean the fee for housing")
    assert asked(score)[1:] == ["no i mean the fee for housing"]
    assert score.of(Answer)[1].about == "when is the deadline"


def test_a_noise_over_the_first_word_of_the_reply_loses_nothing():
    """The reply goes on, and the question that it answers is remembered."""
    score = replied_to("when is the deadline")
    score._do(score.call.voice_started(now=score.now, sure=True))
    score.cut_after("The").quiet("mm-hm")
    assert score.of(Resume) == [Resume(1)]
    score.bot_ends("The deadline is May first.")
    assert asked(score.says("and for transfer students"))[1:] == ["and for transfer students"]
    assert score.of(Answer)[1].about == "when is the deadline"


def test_a_reply_that_does_something_is_not_taken_back():
    """A form that was opened stays open; what is said over its question answers that."""
    score = Score(desk=Desk(plans=PLANS)).says("please call me back")
    score.call.desk.reply(1, "please call me back", CALLBACK, last_reply="")
    goes_on(score.bot_starts(), "maria from the college")
    assert asked(score)[1:] == ["maria from the college"]
    assert score.call.desk.collects


def test_an_announcement_answers_nobody():
    """Words over its beginning don't go on with the question that was answered before."""
    score = replied_to("when is the deadline").bot_ends("It is May first.")
    score._do(score.call.announce("The office closes soon.", then_hang_up=False)).bot_starts()
    goes_on(score, "how much does housing cost")
    assert asked(score)[1:] == ["how much does housing cost"]


def test_a_key_over_the_first_word_of_the_reply_is_whole_by_itself():
    """Who presses 0 wants a person, and no answer to the question before."""
    score = replied_to("how much is the fee")
    score._do(score.call.voice_started(now=score.now, sure=True))
    score.cut_after("The").quiet("a person please")
    assert asked(score)[1:] == ["a person please"]
