"""A caller's requests without a pipeline: what is said, and what is done when it was heard."""

import pytest

from conversation.acting import Act, Wanted
from conversation.actions import Transfer
from conversation.replying import Fixed, FromDocuments
from conversation.standing import Standing
from tests.conversation.desk_call import (
    BYE,
    FEES,
    PERSON,
    PERSONA,
    UNSURE,
    UNSURE_BYE,
    Call,
    asked_for_the_day,
)


def test_the_same_turn_asked_twice_is_answered_once():
    """The merge asks when the intent is there, and again when it answers."""
    call = asked_for_the_day()
    once = call.says("may third", heard=False)
    assert call.desk.reply(call.turn, "may third", None, last_reply="") == once
    assert call.desk.standing.form.values["day"] == "2027-05-03"
    assert call.desk.standing.form.asked.name == "topic"


def test_a_transfer_gets_through_a_form_with_what_was_collected():
    """The person reads what was given so far."""
    call = asked_for_the_day()
    assert call.says("let me talk to a person", PERSON) == Fixed(
        "I'll get somebody.", transfer=True
    )
    [transfer] = call.of(Transfer)
    assert transfer.reason == "Asked for a person. The caller said: let me talk to a person"
    assert "name: Maria" in transfer.summary
    assert call.kept("transfer")[0]["summary"] == transfer.summary
    assert call.desk.standing == Standing()


def test_a_goodbye_gets_through_a_form():
    """Nobody is held."""
    assert asked_for_the_day().says("bye", BYE) == Fixed("Goodbye.", hang_up=True)


def test_who_can_not_be_understood_is_offered_a_person():
    """Yes transfers; no asks on."""
    call = asked_for_the_day()
    replies = [call.says("banana") for _ in range(3)]
    assert replies[-1].text.endswith("Shall I put you through to a person?")
    assert call.says("no thanks") == Fixed("All right. Which day?")
    for _ in range(3):
        call.says("banana")
    assert call.says("yes").transfer
    assert call.of(Transfer)[0].reason == "The caller said: banana"


def test_an_unsure_transfer_is_asked_about_first():
    """In the intent's own words; done on a yes, left on a no."""
    call = Call()
    assert call.says("somebody who knows", UNSURE) == Fixed("A person then?")
    assert call.says("no") == Fixed("All right. What else can I do for you?")
    call.says("somebody who knows", UNSURE)
    assert call.says("yes please") == Fixed("I'll get somebody.", transfer=True)
    assert call.of(Transfer)[0].reason == "Asked for a person. The caller said: somebody who knows"


def test_an_offer_that_is_passed_over_is_gone():
    """A yes to something later does not take it up."""
    call = Call()
    call.says("somebody who knows", UNSURE)
    assert call.says("how much is tuition", FEES) == FromDocuments()
    assert call.says("yes") == FromDocuments()
    assert call.of(Transfer) == []


def test_an_unsure_goodbye_is_asked_about_first():
    """A call is not ended on a guess."""
    call = Call()
    assert call.says("that is it", UNSURE_BYE) == Fixed("Shall I end the call?")
    assert call.says("yes") == Fixed("Goodbye.", hang_up=True)


def test_an_unsure_form_is_offered_first():
    """Its first question comes after a yes."""
    call = Call()
    call.says("my call was cut", Wanted("callback", Act.COLLECT, 0.2, "L2"))
    assert call.last == "Shall I take down your details?"
    assert call.says("yes") == Fixed("Sure. What is your name?")


def test_an_unsure_transfer_in_a_form_is_asked_about_where_it_is_no_answer():
    """And after a no the form asks on."""
    call = asked_for_the_day()
    assert call.says("somebody who knows", UNSURE) == Fixed("A person then?")
    assert call.says("no") == Fixed("All right. Which day?")


@pytest.mark.parametrize("last", [PERSONA.unknown, PERSONA.quoting("It is $60.", sure=False)])
def test_a_yes_to_the_person_that_unknown_offers_is_taken_up(last: str):
    """ "I don't know. Shall I put you through?" is an offer, also after what comes near."""
    call = Call()
    call.last = last
    assert call.says("yes please") == Fixed("One moment.", transfer=True)
    assert len(call.of(Transfer)) == 1


def test_a_transfer_that_was_not_heard_to_its_end_is_not_made():
    """ "No, wait": the form is where it was, and the next turn decides."""
    call = asked_for_the_day()
    call.says("a person", PERSON, heard=False)
    call.begins()
    assert call.says("no wait may third") == Fixed("What about?")
    assert call.of(Transfer) == []


def test_a_transfer_whose_words_went_on_after_a_cough_is_made():
    """Cut and resumed, then heard to the end: once."""
    call = Call()
    call.says("a person", PERSON, heard=False)
    call.begins()
    call.begins()
    call.ends("I'll get somebody.")
    call.ends("I'll get somebody.")
    assert len(call.of(Transfer)) == 1
