"""Words come bit by bit and go on as sentences, none of them twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.sentences import SaidOnce, Sentences, is_whole


@pytest.mark.parametrize(
    ("bits", "sentences", "rest"),
    [
        (["One", " two.", " Three"], ["One two."], "Three"),
        (["Is it? ", "Yes! ", "No"], ["Is it?", "Yes!"], "No"),
        (['He said "no." ', "Then"], ['He said "no."'], "Then"),
        (["Dr. Smith is in at 9 a.m. on weekdays. ", "Ask"], None, "Ask"),
        (["It costs 3.50 dollars. "], ["It costs 3.50 dollars."], ""),
        (["First\nsecond\n"], ["First", "second"], ""),
        (["今日は。明日"], ["今日は。"], "明日"),
    ],
)
def test_a_sentence_is_over_when_white_space_follows(bits, sentences, rest):
    """Abbreviations, initials and numbers end none."""
    collecting = Sentences()
    found = [sentence for bit in bits for sentence in collecting.feed(bit)]
    assert found == (sentences or ["Dr. Smith is in at 9 a.m. on weekdays."])
    assert collecting.flush() == rest


@given(st.text(alphabet="ab. !?\n", max_size=60), st.integers(1, 5))
def test_no_letter_is_lost_however_the_text_is_cut(text: str, size: int):
    """The sentences and the rest are the text."""
    collecting = Sentences()
    bits = [text[i : i + size] for i in range(0, len(text), size)]
    parts = [s for bit in bits for s in collecting.feed(bit)] + [collecting.flush()]
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_reply_is_whole_if_it_ends_with_a_mark():
    """A few words may do without one, if they are all."""
    assert is_whole("The deadline is May first.", alone=False)
    assert is_whole("Five pm", alone=True)
    assert not is_whole("You can", alone=False)
    assert not is_whole("You can apply at the", alone=True)


def test_the_next_provider_says_no_sentence_again():
    """What the first had begun is dropped; what it finished is not repeated."""
    said = SaidOnce()
    assert said.feed("The deadline is May first. You can ap") == ["The deadline is May first."]
    assert not said.whole
    said.cut()
    assert said.feed("the deadline is May FIRST! Apply online. ") == ["Apply online."]
    assert said.whole


@pytest.mark.parametrize(
    ("sentence", "again"),
    [
        ("The application fee for domestic first-year students is $60.", True),
        ("The application fee for graduate applicants is $75.", False),
        ("The fee is due with the application.", False),
        ("Yes.", False),
    ],
)
def test_the_same_in_nearly_the_same_words_is_not_said_again(sentence: str, again: bool):
    """Another figure makes it another sentence."""
    said = SaidOnce()
    said.feed("The application fee for first-year students is $60. And")
    said.cut()
    assert said.feed(f"{sentence} ") == ([] if again else [sentence])
    assert said.added is not again


def test_figures_and_words_are_one_number():
    """ "$60" repeats "sixty dollars"; "seventy dollars" does not."""
    said = SaidOnce(lambda text: text.replace("$60", "sixty dollars"))
    said.feed("The fee for first-year students is sixty dollars. And")
    said.cut()
    assert said.feed("The fee for first-year students is $60. ") == []
    other = "The fee for first-year students is seventy dollars."
    assert said.feed(f"{other} ") == [other]


def test_one_provider_may_repeat_itself():
    """ "No. No. Never." is its way of speaking."""
    said = SaidOnce()
    assert said.feed("No. No. ") == ["No.", "No."]
