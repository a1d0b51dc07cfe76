"""What is done at once, and what is asked about first."""

from itertools import product

import pytest

from conversation.acting import GATES, IRREVERSIBLE, OFFERS, Act, Gate, Wanted


def test_every_act_is_decided_whether_sure_or_not():
    """No pair is left to chance."""
    assert set(GATES) == set(product(Act, (True, False)))


@pytest.mark.parametrize("act", sorted(IRREVERSIBLE))
def test_what_can_not_be_taken_back_is_never_done_on_a_guess(act: Act):
    """A low-confidence intent asks first."""
    assert GATES[act, False] is Gate.ASK


def test_whatever_is_asked_about_has_words_to_ask_with():
    """The post's are its read-back."""
    asked = {act for (act, _), gate in GATES.items() if gate is Gate.ASK}
    assert asked - {Act.POST} == set(OFFERS)


@pytest.mark.parametrize(
    ("level", "confidence", "sure"), [("L1", 0.0, True), ("L2", 0.5, True), ("L2", 0.49, False)]
)
def test_a_pattern_is_sure_and_a_guess_is_as_sure_as_it_is(
    level: str, confidence: float, sure: bool
):
    """From the threshold on, a classifier's verdict counts as sure."""
    assert Wanted("x", Act.TRANSFER, confidence, level).sure(0.5) is sure
