"""What is open with a caller when the connection is cut: a form, an offer, a transfer, a post."""

from datetime import datetime

from conversation.acting import Wanted
from conversation.actions import Answer, Post, Say, Transfer
from conversation.desk import Desk
from conversation.replying import Fixed
from tests.conversation.desk_call import CALLBACK, PERSON, PERSONA, PLANS, UNSURE
from tests.conversation.score import Score


class Desked(Score):
    """A call of a help desk, whose replies are what the desk decides."""

    def __init__(self, greeting: str = "", **how: object) -> None:
        super().__init__(
            greeting, desk=Desk(PERSONA, PLANS, 0.5, "s", lambda: datetime(2026, 11, 24)), **how
        )

    def taken_up(self, **how: object) -> "Desked":
        return Desked(kept=self.context)

    def decides(self, wanted: Wanted | None = None) -> str:
        """The reply to the turn that is being answered."""
        turn, words = self.call.conversation.turn, self.call.conversation.utterance
        last = self.call.memory.last_reply
        reply = self.call.desk.reply(turn, words, wanted, last_reply=last)
        assert isinstance(reply, Fixed)
        return reply.text

    def turn(self, text: str, wanted: Wanted | None = None) -> str:
        """A whole turn, heard to its end."""
        self.says(text)
        words = self.decides(wanted)
        self.piece(words, words).bot_starts().bot_ends(words)
        return words


def test_a_form_goes_on_with_what_was_collected():
    """In the middle of a field, and with the read-back."""
    score = Desked()
    score.turn("call me back", CALLBACK)
    again = score.taken_up()
    assert again.turn("Maria") == "Which day?"
    form = again.taken_up().call.desk.standing.form
    assert form is not None
    assert dict(form.values) == {"name": "Maria"}


def test_an_answer_that_nobody_heard_leaves_the_form_as_it_was():
    """Cut in THINKING after the desk had decided: the turn's words are taken once."""
    score = Desked()
    score.turn("call me back", CALLBACK)
    score.says("Maria").decides()
    score._do(score.call.disconnected(now=9, reason="lost"))
    again = score.taken_up()
    assert [a.text for a in again.of(Answer)] == ["Maria"]
    assert again.decides() == "Which day?"


def test_what_was_being_posted_is_posted_again_with_its_key():
    """Nobody knows whether it arrived; the receiver knows it by its key."""
    score = Desked()
    score.turn("call me back", CALLBACK)
    for answer in ("Maria", "may third", "skip it", "yes"):
        score.turn(answer)
    (post,) = score.of(Post)
    again = score.taken_up()
    assert again.of(Post) == [post]
    again._do(again.call.delivered(post.key, ok=True))
    assert again.of(Say)[-1].text == "We will call you."
    assert again.taken_up().of(Post) == []


def test_a_transfer_that_was_announced_is_made_after_the_reconnect():
    """Once its words were heard."""
    score = Desked().says("a person please")
    words = score.decides(PERSON)
    score.piece(words, words).bot_starts()
    again = score.taken_up()
    assert again.of(Say) == [Say(1, words)]
    again.piece(words, words).bot_starts().bot_ends(words)
    assert [t.turn for t in again.of(Transfer)] == [1]


def test_an_offer_waits_for_its_yes():
    """The consent is asked for before, and given after the reconnect."""
    score = Desked()
    score.turn("somebody who knows", UNSURE)
    again = score.taken_up()
    again.turn("yes please")
    assert [t.turn for t in again.of(Transfer)] == [2]
