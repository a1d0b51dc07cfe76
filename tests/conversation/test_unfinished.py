"""How far a reply was heard, and what is left of it."""

import pytest

from conversation.unfinished import Unfinished, begins

FIRST, SECOND = "The fee is $60.", "It is due on Friday."
WHOLE = f"{FIRST} {SECOND}"


@pytest.mark.parametrize(
    ("heard", "rest"),
    [("", WHOLE), (FIRST, SECOND), ("The fee  is\n$60.", SECOND), (WHOLE, "")],
)
def test_the_rest_of_a_reply_whatever_its_spaces(heard: str, rest: str):
    """A piece may be spaced otherwise than the text that it is of."""
    assert Unfinished(1, WHOLE, heard).rest == rest


@pytest.mark.parametrize(
    ("text", "with_", "does"),
    [(WHOLE, FIRST, True), (WHOLE, "The  fee\nis $60.It", True), (FIRST, WHOLE, False)],
)
def test_whether_an_answer_begins_as_another_did(text: str, with_: str, does: bool):
    """Letter for letter."""
    assert begins(text, with_) is does
