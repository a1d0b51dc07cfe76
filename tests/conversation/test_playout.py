"""The words a caller has heard, from how much of the audio was played."""

from hypothesis import given
from hypothesis import strategies as st

from conversation.playout import Playout


def two_pieces() -> Playout:
    playout = Playout()
    playout.begin("The deadline is January fifteenth.")
    playout.extend(1500)
    playout.extend(500)
    playout.begin("Apply online.")
    playout.extend(1000)
    return playout


def test_the_words_heard_grow_with_what_was_played():
    """Nothing at first, then word after word, all in the end."""
    playout = two_pieces()
    heard = [playout.heard(ms) for ms in (0, 900, 2000, 2100, 3000, 9000)]
    assert heard[0] == ""
    assert heard[1] == "The deadline is"
    assert heard[2] == heard[3] == "The deadline is January fifteenth."
    assert heard[4] == heard[5] == "The deadline is January fifteenth. Apply online."


def test_a_word_counts_once_most_of_it_was_played():
    """Its middle decides: a syllable of it is not the word."""
    playout = Playout()
    playout.begin("abcd efgh")  # 10 characters with their spaces: 100 ms each
    playout.extend(1000)
    assert playout.heard(199) == ""
    assert playout.heard(201) == "abcd"
    assert playout.heard(699) == "abcd"
    assert playout.heard(701) == "abcd efgh"


def test_the_length_of_a_reply_is_that_of_all_its_audio():
    """Across pieces."""
    assert two_pieces().total_ms == 3000


def test_a_piece_whose_audio_was_not_made_yet_was_not_heard():
    """Words that were only written don't count."""
    playout = two_pieces()
    playout.begin("It is free.")
    assert playout.heard(3000) == "The deadline is January fifteenth. Apply online."


WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=9), min_size=1, max_size=8).map(" ".join)
PIECES = st.lists(st.tuples(WORDS, st.floats(1, 5000)), min_size=1, max_size=5)


@given(PIECES, st.floats(0, 30000), st.floats(0, 30000))
def test_more_audio_never_takes_words_back(pieces: list, some: float, more: float):
    """Whatever was played, it is the beginning of the reply, whole words, and only ever grows."""
    playout = Playout()
    for text, milliseconds in pieces:
        playout.begin(text)
        playout.extend(milliseconds)
    reply = " ".join(text for text, _ in pieces).split()
    few, many = (playout.heard(ms).split() for ms in sorted((some, more)))
    assert reply[: len(few)] == few
    assert many[: len(few)] == few
    assert playout.heard(playout.total_ms).split() == reply


def test_a_voice_that_tells_its_words_times_is_believed():
    """A pause in the middle of a sentence is no word; numbers take as long as they take."""
    playout = Playout()
    playout.begin("Due May 5, at noon.")
    playout.extend(3000)
    for word, at in (("Due", 0), ("May", 300), ("fifth,", 600), ("at", 2400), ("noon.", 2600)):
        playout.word(word, at)
    assert playout.heard(1900) == "Due May 5,"
    assert playout.heard(2350) == "Due May 5,"
    assert playout.heard(2950) == "Due May 5, at noon."


def test_words_that_are_not_made_yet_were_not_heard():
    """The times of the first ones say nothing of the others."""
    playout = Playout()
    playout.begin("One two three four five six.")
    playout.extend(700)
    playout.word("One", 0)
    playout.word("two", 300)
    assert playout.heard(600) == "One two"
