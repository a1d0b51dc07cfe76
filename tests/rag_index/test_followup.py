"""Questions that lean on what was said before."""

import pytest

from rag_index.followup import leans, resolve, wants_more


@pytest.mark.parametrize(
    "question",
    [
        "tell me more",
        "Tell me more about that, please.",
        "go on",
        "okay, and what else",
        "could you tell me a little more",
        "more details please",
    ],
)
def test_who_asks_for_more_of_the_same_names_nothing_new(question: str):
    """What it is about was said before."""
    assert wants_more(question)
    assert resolve(question, "how much is a room") == "how much is a room"


@pytest.mark.parametrize(
    "question", ["tell me more about parking", "what else do I need to bring", "more rooms?", ""]
)
def test_who_names_something_asks_about_that(question: str):
    """Not for more of the last answer."""
    assert not wants_more(question)


def test_a_question_that_stands_alone_stays_as_it_is():
    """Whatever was said before."""
    question = "What is the application fee for international students?"
    assert not leans(question)
    assert resolve(question, "When is the nursing deadline?") == question


@pytest.mark.parametrize(
    ("question", "about", "whole"),
    [
        (
            "And for graduate programs?",
            "How much is the application fee for first-year applicants?",
            "How much is the application fee for graduate programs?",
        ),
        (
            "okay, and in the spring",
            "when is the deadline for nursing in the fall",
            "when is the deadline for nursing in the spring",
        ),
    ],
)
def test_who_names_another_of_the_same_asks_the_same_of_it(question: str, about: str, whole: str):
    """In its place, so that nothing is left of the one before."""
    assert resolve(question, about) == whole


def test_a_follow_up_takes_over_what_it_does_not_replace():
    """ "and for graduates" keeps the minimum score and drops the undergraduates."""
    whole = resolve("and graduate students?", "minimum TOEFL score for undergraduate students")
    assert whole.startswith("and graduate students?")
    assert "TOEFL" in whole
    assert "undergraduate" not in whole


def test_a_chain_of_follow_ups_reaches_its_first_question():
    """Each leans on the one before; a call for more changes nothing."""
    about = "What does parking cost in winter?\nand in summer?\ntell me more"
    whole = resolve("and for visitors?", about)
    assert "parking" in whole
    assert "summer" in whole
    assert "winter" not in whole


def test_nothing_was_asked_before():
    """A follow-up to nothing is taken as it stands."""
    assert resolve("and for visitors?", None) == "and for visitors?"
    assert resolve("tell me more", None) == "tell me more"


def test_a_season_takes_the_place_of_another():
    """However unlike the two words are."""
    whole = resolve("And for the spring?", "When is the deadline for those who start in the fall?")
    assert "spring" in whole
    assert "fall" not in whole
