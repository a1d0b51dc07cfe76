"""An answer that is made while the silence after the caller's words may still be a pause.

    a silence begins ──► AnswerAhead ──┬─ the turn is over, the words stand ──► Answer(stands)
                                       └─ the caller goes on, or it fails ────► DropAhead

What is made is kept back: nobody hears it and nothing remembers it before the turn is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conversation.actions import Action, Answer, AnswerAhead, DropAhead
from conversation.ahead import stands_in
from conversation.ledger import Ledger, Ledgers
from conversation.use import thrown_away

MOST_A_TURN = 4  # a caller who thinks aloud pauses often, and each answer costs


@dataclass
class Guessing:
    """At most one such answer at a time. allowed: whether there are any at all.

    ledgers: to which account they go that are thrown away.
    """

    allowed: bool = False
    ledgers: Ledgers = field(default_factory=Ledgers)
    _made: AnswerAhead | None = None
    _turn: int = -1
    _begun: int = 0  # in that turn
    _sure: bool = False  # that it is an answer

    def begin(
        self, turn: int, text: str, about: str | None, messages: Sequence[Mapping[str, str]]
    ) -> list[Action]:
        """These may be all of the turn's words."""
        if turn != self._turn:
            self._turn, self._begun = turn, 0
        if not self.allowed or self._made or self._begun >= MOST_A_TURN:
            return []
        if not stands_in(text, text):  # without words that matter it could never stand
            return []
        self._begun, self._sure = self._begun + 1, False
        self._made = AnswerAhead(turn, text, about, tuple(messages))
        return [self._made]

    def found(self, turn: int, text: str, *, sure: bool) -> None:
        """What answers these words is known. sure: it is more than "I don't know"."""
        if self._made and (self._made.turn, self._made.text) == (turn, text):
            self._sure = sure

    def answers(self, text: str) -> bool:
        """Whether there is an answer to these words, as far as anybody looks for one."""
        return self._made is None or self._sure or not stands_in(self._made.text, text)

    def heard(self, text: str) -> list[Action]:
        """The turn's words are `text` now."""
        return [] if self._made and stands_in(self._made.text, text) else self.drop()

    def failed(self) -> list[Action]:
        """It can't be made: whether there is an answer shows when the turn is over."""
        self._begun = MOST_A_TURN if self._made else self._begun
        return self.drop()

    def drop(self, ledger: Ledger | None = None) -> list[Action]:
        """Nobody wants it any more. ledger: of its turn, if that is over."""
        if self._made is None:
            return []
        self.forget(ledger)
        return [DropAhead()]

    def forget(self, ledger: Ledger | None = None) -> None:
        """It was dropped with all that is on its way to the caller."""
        if self._made:
            self._made, ledger = None, ledger or self.ledgers.coming
            ledger.used = thrown_away(ledger.used)

    def settle(self, actions: list[Action], *, listening: bool) -> list[Action]:
        """What was decided, and what becomes of it. listening: the turn still goes on."""
        answer = next((a for a in actions if isinstance(a, Answer)), None)
        if self._made and answer and _is_for(self._made, answer):
            self._made = None
            return [replace(a, stands=True) if a is answer else a for a in actions]
        if answer:
            return [*self.drop(self.ledgers.of(answer.turn)), *actions]
        return actions if listening else [*self.drop(), *actions]


def _is_for(made: AnswerAhead, answer: Answer) -> bool:
    same = (made.turn, made.about, made.messages) == (answer.turn, answer.about, answer.messages)
    return same and stands_in(made.text, answer.text)
