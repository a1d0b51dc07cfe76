"""A form at the desk: what gets through while it is open, what is posted and what is told."""

import json

import pytest

from conversation.acting import Act, Wanted
from conversation.actions import Post, Tell, Transfer
from conversation.announcements import Announcements
from conversation.desk import NOT_PASSED_ON, PASSED_ON, PASSING_ON, WRITTEN_DOWN
from conversation.replying import Fixed, FromDocuments
from conversation.standing import Plan, Standing
from tests.conversation.desk_call import (
    BYE,
    CALLBACK,
    DONE,
    FEES,
    FIELDS,
    PERSON,
    PLANS,
    THANKS,
    UNSURE_BYE,
    Call,
    asked_for_the_day,
    read_back,
)


def test_a_form_is_filled_in_and_posted_after_a_yes():
    """The caller hears that it was passed on only once it was."""
    call = read_back()
    assert call.of(Post) == []
    assert call.says("yes") == Fixed(PASSING_ON)
    values = {"name": "Maria", "day": "2027-05-03", "topic": None}
    assert call.of(Post) == [Post(5, "s-1", "callback", "https://x.test/hook", values)]
    assert not call.desk.posting.settled
    call.desk.posting.delivered("s-1", ok=True)
    assert call.desk.outcome() == "We will call you."
    assert call.desk.posting.settled
    assert call.desk.outcome() == ""


def test_what_was_not_passed_on_is_said_so_and_a_person_offered():
    """Nobody waits for a call that will never come."""
    call = read_back()
    call.says("yes")
    call.desk.posting.delivered("s-1", ok=False)
    assert call.desk.outcome() == NOT_PASSED_ON
    assert call.says("yes please") == Fixed("One moment.", transfer=True)
    assert len(call.of(Transfer)) == 1


def test_without_a_webhook_it_is_written_down_and_no_more_is_said():
    """No promise that nobody keeps."""
    call = Call()
    call.says("take a note", Wanted("note", Act.COLLECT))
    call.says("Maria")
    assert call.says("yes") == Fixed(WRITTEN_DOWN)
    assert call.of(Post) == []
    assert call.kept("collected")[0]["values"] == {"name": "Maria"}


def test_a_yes_whose_reply_was_not_begun_posts_nothing():
    """The caller went on ("yes ... no, wait"): the words come again with the next turn."""
    call = read_back()
    call.says("yes", heard=False)
    call.desk.drop(call.turn)
    assert call.says("yes no wait the day is may fourth").text.startswith("Day: Tuesday, May 4")
    assert call.of(Post) == []


def test_who_hangs_up_after_a_yes_has_said_yes():
    """It is posted; nothing is told to nobody."""
    call = read_back()
    call.says("yes", heard=False)
    actions = call.desk.closed(call.tell)
    assert [a.key for a in actions if isinstance(a, Post)] == ["s-1"]
    assert call.desk.posting.settled


def test_who_hangs_up_before_a_yes_has_not():
    """What was only collected goes nowhere."""
    assert not [
        a for a in read_back().desk.closed(Announcements("s", lambda: 0.0)) if isinstance(a, Post)
    ]


def test_each_filling_in_has_a_key_of_its_own():
    """Two requests in a call are two orders."""
    call = read_back()
    call.says("yes")
    for text, wanted in (
        ("again", CALLBACK),
        ("Maria", None),
        ("may third", None),
        ("skip", None),
        ("yes", None),
    ):
        call.says(text, wanted)
    assert [post.key for post in call.of(Post)] == ["s-1", "s-6"]


def test_a_question_in_a_form_is_answered_and_the_form_asks_on():
    """And counts as no try."""
    call = asked_for_the_day()
    assert call.says("how much is tuition", FEES) == FromDocuments(then="Which day?")
    assert call.says("thanks", THANKS) == Fixed("You're welcome! Which day?")
    assert call.says("when are you open") == FromDocuments(then="Which day?")
    assert call.says("may third") == Fixed("What about?")


def test_a_question_where_any_words_would_do_is_answered_once():
    """Asked a second time, it is what the caller wants to talk about."""
    call = asked_for_the_day()
    call.says("may third")
    assert call.says("how much is tuition", FEES) == FromDocuments(then="What about?")
    assert "Topic: how much is tuition." in call.says("how much is tuition", FEES).text


def test_words_that_answer_the_form_are_no_other_request():
    """A topic may sound like an intent; a day may too."""
    call = asked_for_the_day()
    assert call.says("the third of may", FEES) == Fixed("What about?")
    assert "Topic: tuition for my son." in call.says("tuition for my son", FEES).text


def test_never_mind_leaves_a_form():
    """And the next turn is a turn like any other."""
    call = asked_for_the_day()
    assert call.says("never mind").text.startswith("All right, I'll leave that.")
    assert call.says("how much is tuition", FEES) == FromDocuments()


def test_say_that_again_repeats_the_forms_question():
    """In full, at the read-back as well."""
    call = read_back()
    assert call.says("what", Wanted("again", Act.REPEAT)) == Fixed(DONE)


def test_the_client_hears_how_far_a_form_is_but_no_values():
    """Which field is asked for, which are filled."""
    call = asked_for_the_day()
    told = [t.message for t in call.of(Tell)][-1]
    assert (told["stage"], told["progress"]) == ("collect", 0.33)
    assert told["details"] == {
        "intent": "callback", "step": "asking", "field": "day", "filled": ["name"],
    }  # fmt: skip
    assert "Maria" not in json.dumps(told)


@pytest.mark.parametrize("call", [Call(), asked_for_the_day(), read_back()])
def test_what_is_under_way_survives_as_plain_values(call: Call):
    """Through JSON and back: the form goes on where it was."""
    kept = json.loads(json.dumps(call.desk.standing.as_dict()))
    assert Standing.from_dict(kept, PLANS) == call.desk.standing


def test_values_that_were_redacted_are_asked_for_again():
    """And never passed on for what the caller said."""
    kept = read_back().desk.standing.as_dict()
    before = dict(kept["values"])
    name = list(before)[1]
    kept["values"] = before | {name: "[number]"}
    form = Standing.from_dict(kept, PLANS).form
    assert form
    assert (form.asked.name, form.step) == (name, "asking")
    assert dict(form.values) == {n: v for n, v in before.items() if n != name}


def test_a_form_that_is_declared_no_longer_is_left_out():
    """intents.yaml changed between two connections."""
    kept = read_back().desk.standing.as_dict()
    assert Standing.from_dict(kept, {}) == Standing()


def test_an_outcome_without_words_of_the_intent_is_told_in_ours():
    """Every post is told of."""
    call = read_back()
    call.desk.plans = {
        **PLANS,
        "callback": Plan("collect", fields=FIELDS, webhook="https://x.test"),
    }
    call.says("yes")
    call.desk.posting.delivered("s-1", ok=True)
    assert call.desk.outcome() == PASSED_ON


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("skip that", Wanted("again", Act.REPEAT, 0.9, "L2")),
        ("no that's all", BYE),
        ("nothing else", UNSURE_BYE),
        ("I don't have one", PERSON),
    ],
)
def test_passing_over_a_question_is_no_other_request(text: str, wanted: Wanted):
    """Whatever intent its words sound like."""
    call = asked_for_the_day()
    call.says("may third")
    assert call.says(text, wanted) == Fixed(DONE)


@pytest.mark.parametrize("wanted", [BYE, THANKS, PERSON, FEES])
def test_a_plain_yes_or_no_to_the_read_back_is_for_the_form(wanted: Wanted):
    """ "Okay, that's all" is a goodbye elsewhere."""
    assert read_back().says("okay, that's all", wanted) == Fixed(PASSING_ON)
    assert read_back().says("no thanks", wanted).text.startswith("What should I change")


@pytest.mark.parametrize("wanted", [BYE, UNSURE_BYE, PERSON])
def test_cancel_leaves_whatever_intent_it_sounds_like(wanted: Wanted):
    """The form goes; the call stays."""
    assert asked_for_the_day().says("cancel", wanted).text.startswith("All right, I'll leave")
