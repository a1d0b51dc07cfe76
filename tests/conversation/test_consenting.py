"""Yes, no, never mind, skip it, say that again: each told apart from the others."""

import pytest

from conversation.consenting import asks, hums, leaves, says_no, says_yes, skips, wants_it_again

SAID = {
    says_yes: ("yes", "Yes, please.", "yeah sure", "that's right", "Okay.", "um yes", "of course",
               "sounds good, thank you", "yes that\u2019s right"),
    says_no: ("no", "No, thank you.", "nope", "that's not right", "no that's wrong", "not really"),
    leaves: ("never mind", "Cancel that, please.", "forget it", "oh never mind", "stop"),
    wants_it_again: ("say that again", "Pardon?", "what was the question?", "I didn't catch that"),
    hums: ("", "mm-hm", "Uh huh.", "hmm"),
}  # fmt: skip


@pytest.mark.parametrize(
    ("means", "text"), [(means, text) for means, texts in SAID.items() for text in texts]
)
def test_each_means_one_thing_only(means: object, text: str):
    """A yes is no no, a hum is no yes."""
    assert [m for m in SAID if m(text)] == [means]


@pytest.mark.parametrize(
    "text",
    ["yes but the day is wrong", "no the day is Friday", "Maria Lopez", "right on Main Street"],
)
def test_more_than_a_yes_or_no_is_neither(text: str):
    """What else was said counts."""
    assert not says_yes(text)
    assert not says_no(text)


@pytest.mark.parametrize("text", ["skip that", "I don't have one", "no", "I'd rather not say"])
def test_people_pass_over_a_question_in_many_ways(text: str):
    """All of them leave it unanswered."""
    assert skips(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("how much is it", True), ("what's the fee", True), ("um can you tell me", True),
        ("really?", True), ("it's about housing", False), ("Will Smith", True), ("Maria", False),
    ],
)  # fmt: skip
def test_a_question_is_known_by_how_it_begins(text: str, question: bool):
    """Recognisers often write no question mark. (A form takes "Will Smith" as a name first.)"""
    assert asks(text) is question
