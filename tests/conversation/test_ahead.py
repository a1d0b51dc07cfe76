"""What is searched while the caller still speaks, and when that search is good enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversation.actions import Ahead, Answer
from conversation.ahead import AT_MOST, SPAN, Searching, essence, stands_in
from conversation.announcements import Announcements
from conversation.call import Call

CONTENT = ("fee", "deadline", "15", "$75", "not", "never", "Lantern", "transfer", "without", "ER")
LIGHT = ("um", "uh", "the", "an", "please", "is", "does")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        ("how much is the fee", "How much is the fee?"),
        ("How much is the fee", "Um, how much is, uh, the fee, please?"),
        ("How much is the fee", "Hello, how much is the fee? Thank you very much."),
        ("What's the fee?", "What is a fee?"),
        ("I don't have it.", "I do not have it."),
        ("Can't I apply?", "cannot I apply"),
        ("first-year students", "first year students"),
    ],
)
def test_what_does_not_matter_may_differ(ahead: str, said: str):
    """Case, punctuation, fillers, articles, politeness, and how a negation is written."""
    assert stands_in(ahead, said)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        ("Is the fee 15 dollars?", "Is the fee 50 dollars?"),
        ("Is it 1.5 credits?", "Is it 15 credits?"),
        ("Is it 1.5 credits?", "Is it 1 5 credits?"),
        ("Is it $5?", "Is it 5%?"),
        ("Can I apply?", "Can't I apply?"),
        ("I do want it.", "I do not want it."),
        ("The fee for fall", "The fee for spring"),
        ("The fee for fall", "The fee for fall or spring"),
        ("Is the dorm open?", "Is dorm A open?"),
        ("Where is the", "Where is the ER"),
        ("Is the ER open?", "Is the open?"),
        ("with a visa", "without a visa"),
        ("before the fall", "after the fall"),
        ("transfer students", "and for transfer students"),
        ("How much", "How much is the fee"),
        ("dogs bite men", "men bite dogs"),
        ("", ""),
        ("...", "?"),
    ],
)
def test_what_matters_may_not(ahead: str, said: str):
    """A number, a name, a negation, another word, their order; nothing stands for nothing."""
    assert not stands_in(ahead, said)


words = st.lists(st.sampled_from(CONTENT), min_size=1, max_size=8)


@given(words, st.data())
def test_light_words_anywhere_but_at_the_end_change_nothing(said: list[str], data: st.DataObject):
    """However many there are."""
    more = list(said)
    for word in data.draw(st.lists(st.sampled_from(LIGHT), max_size=5)):
        more.insert(data.draw(st.integers(0, len(more) - 1)), word)
    assert stands_in(" ".join(said), ", ".join(more) + "?")


@given(words, words)
def test_other_words_never_stand_in(one: list[str], other: list[str]):
    """The words of content are the same, in the same order, or it is another question."""
    assert stands_in(" ".join(one), " ".join(other)) == (one == other)


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_an_essence(one: str, other: str):
    """Whatever a recogniser writes: no failure, and standing in goes both ways."""
    assert stands_in(one, other) == stands_in(other, one)
    assert all(part == part.lower() for part in essence(one))


def wants(searching: Searching, text: str, *, about: str | None = None, now: float = 0.0) -> bool:
    return searching.wants(text, about=about, now=now)


def test_only_what_says_something_new_is_searched():
    """The same words again, punctuated or after an "um", are no reason to search again."""
    searching = Searching()
    assert wants(searching, "the application fee")
    assert not wants(searching, "Um, the application fee.")
    assert wants(searching, "the application fee for graduates", now=0.1)
    assert wants(searching, "the application fee for graduates", about="the deadline", now=0.2)


@pytest.mark.parametrize("text", ["", "mm-hm", "okay, thank you", "um", "what is", "and what if"])
def test_words_without_substance_are_not_searched(text: str):
    """A backchannel, or the beginning of any question."""
    assert not wants(Searching(), text)


def test_the_same_words_are_searched_again_in_another_turn():
    """What was found for the last turn was given away with it."""
    searching = Searching()
    assert wants(searching, "the fee")
    searching.forget()
    assert wants(searching, "the fee", now=0.1)


@given(st.lists(st.floats(0.0, 0.5), min_size=1, max_size=60))
def test_searches_are_bounded_in_any_second(gaps: list[float]):
    """However fast partial transcripts come, and whatever turns they belong to."""
    searching, now, searched = Searching(), 0.0, list[float]()
    for number, gap in enumerate(gaps):
        now += gap
        if wants(searching, f"question {number}", now=now):
            searched.append(now)
    for at in searched:
        assert sum(at <= other < at + SPAN for other in searched) <= AT_MOST


class Score:
    """A call, and what it asked to be searched ahead."""

    def __init__(self) -> None:
        self.call = Call(Announcements("s", lambda: 0.0))
        self.call.connected(now=0.0)
        self.now = 0.0
        self.did: list[object] = []

    def says(self, *partials: str) -> "Score":
        self.now += 1.0
        self.did += self.call.voice_started(now=self.now)
        for text in partials:
            self.now += 0.3
            self.did += self.call.words(text, final=False, now=self.now)
        return self

    def stops(self, text: str) -> "Score":
        self.did += self.call.voice_stopped(now=self.now, silence=0.2)
        self.did += self.call.turn_ended(now=self.now)
        self.did += self.call.words(text, final=True, now=self.now)
        return self

    def answered(self, heard: str) -> "Score":
        turn = self.call.conversation.turn
        self.did += self.call.speech_started(turn, entered=self.now, now=self.now)
        self.did += self.call.speech_finished(turn, heard, now=self.now)
        return self

    @property
    def ahead(self) -> list[str]:
        return [action.text for action in self.did if isinstance(action, Ahead)]


def test_partial_transcripts_are_searched_while_the_caller_speaks():
    """And the final one is the turn, not one more search."""
    score = (
        Score().says("how much", "how much is the fee").stops("How much is the fee for graduates?")
    )
    assert score.ahead == ["how much", "how much is the fee"]


def test_a_transcript_that_comes_before_the_turn_is_over_is_searched():
    """While silence is waited for, the search is made."""
    score = Score().says("how much")
    score.did += score.call.voice_stopped(now=score.now, silence=0.2)
    score.did += score.call.words("How much is the fee?", final=True, now=score.now + 0.1)
    assert score.ahead == ["how much", "How much is the fee?"]


def test_what_is_said_over_the_bot_is_searched_once_it_has_taken_the_turn():
    """Not while it may be a cough; then with the words that were cut into."""
    score = Score().says("the fee").stops("How much is the fee?")
    score.did.clear()
    score.says("no", "no wait the deadline for transfers")
    assert score.ahead == []
    score.did += score.call.speech_cut(None, "", now=score.now)
    assert score.ahead == ["How much is the fee? no wait the deadline for transfers"]


def test_the_search_knows_what_the_call_is_about():
    """A follow-up is searched ahead with the same subject as its answer."""
    score = Score().says("the fee").stops("How much is the fee?").answered("It is $75.")
    score.says("and for graduates").stops("And for graduates?")
    ahead = [action for action in score.did if isinstance(action, Ahead)]
    answer = [action for action in score.did if isinstance(action, Answer)]
    assert ahead[-1].about == answer[-1].about == "How much is the fee?"
