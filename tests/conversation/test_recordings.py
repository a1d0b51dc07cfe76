"""Voicemail greetings, told from people by their words."""

import pytest

from conversation.recordings import sounds_recorded

MACHINES = (
    "You have reached the voicemail of Sam Miller. Please leave a message after the tone.",
    "Hi, this is Sam. I can't come to the phone right now, so leave me a message.",
    "Hey, it's Dana, leave your name and number and I'll get back to you.",
    "The person you are trying to reach is not available. At the tone, please record your message.",
    "Your call has been forwarded to an automatic voice message system.",
    "The mailbox is full and cannot accept any messages at this time. Goodbye.",
    "The number you have dialed is not in service.",
    "The customer you're calling has a voice mailbox that has not been set up yet.",
    "You've reached the Millers. We are not here right now.",
    "Thank you for calling Miller Dental. Our office is currently closed.",
    "Sorry we missed your call. We will get back to you as soon as we can.",
    "For appointments, press one. For billing, press 2.",
    "We're sorry, your call cannot be completed as dialed.",
    "Please leave a detailed message with your phone number and we'll return your call.",
    "Sorry, I cannot take your call at the moment, please call back later.",
)
PEOPLE = (
    "Hello?",
    "Hi.",
    "Yeah, this is Sam speaking.",
    "Sam Miller.",
    "Hello, who is this?",
    "Good morning, Miller Dental, how can I help you?",
    "You've reached the front desk of Miller Dental, this is Dana, how may I help you?",
    "She's not here right now, can I take a message?",
    "He's not in. Would you like to leave him a message?",
    "I can't talk right now.",
    "Yes, I called your number yesterday about the housing.",
    "Just a second, I'll get her.",
    "No, this isn't a good time.",
    "Thank you for calling.",
    "Who's calling, please?",
    "",
)


@pytest.mark.parametrize("text", MACHINES)
def test_a_recording_is_told_by_its_words(text: str):
    """Mailboxes, networks, menus."""
    assert sounds_recorded(text)


@pytest.mark.parametrize("text", PEOPLE)
def test_people_are_not_taken_for_recordings(text: str):
    """Nor receptionists, who say almost the same."""
    assert not sounds_recorded(text)


@pytest.mark.parametrize("text", MACHINES)
def test_as_it_is_recognised(text: str):
    """Spelling, capitals and stops are the recogniser's."""
    assert sounds_recorded(text.upper().replace(".", "").replace("'", "\u2019"))
