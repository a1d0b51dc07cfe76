"""Words and their times, from characters and theirs."""

from hypothesis import given
from hypothesis import strategies as st

from conversation.word_times import WordTimes


def told(pieces: list[str], ms: float = 50.0) -> list[tuple[str, float]]:
    """The words of a text that comes in pieces, each character as long."""
    times = WordTimes()
    words: list[tuple[str, float]] = []
    for piece in pieces:
        words += times.add(list(piece), [i * ms for i in range(len(piece))], [ms] * len(piece))
    return words + times.end()


def test_a_word_may_come_in_two_pieces():
    """It begins where its first half does."""
    assert told(["Due M", "ay", " 5."]) == [("Due", 0.0), ("May", 0.2), ("5.", 0.4)]


@given(st.lists(st.text("ab ", min_size=1), min_size=1))
def test_the_words_are_those_of_the_text(pieces: list[str]):
    """However it is cut, and each begins after the one before."""
    words = told(pieces)
    assert [word for word, _ in words] == "".join(pieces).split()
    assert [at for _, at in words] == sorted(at for _, at in words)


def test_a_piece_without_characters_takes_no_time():
    """As ElevenLabs sends it with an empty piece of audio."""
    times = WordTimes()
    assert times.add([], [], []) == []
    assert times.end() == []
