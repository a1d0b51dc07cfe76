"""A call that answers ahead beside one that doesn't."""

from dataclasses import replace
from typing import Any

from conversation.actions import Action, Answer, AnswerAhead, DropAhead, Tell
from conversation.call import Call


class Twins:
    """The same call twice: with answers made ahead, at once, and without. Else it does the same.

    So nothing that is told, kept or done comes from an answer whose turn was not over.
    """

    def __init__(self, ahead: Call, plain: Call) -> None:
        self._ahead, self._plain = ahead, plain

    def __getattr__(self, name: str) -> Any:
        ahead, plain = getattr(self._ahead, name), getattr(self._plain, name)
        if not callable(ahead):
            assert ahead == plain
            return ahead

        def both(*args: Any, **how: Any) -> Any:
            done = ahead(*args, **how)
            for made in [action for action in done if isinstance(action, AnswerAhead)]:
                done += found(self._ahead, made, sure=True, now=how["now"])
            assert without_ahead(done) == without_ahead(plain(*args, **how))
            return done

        return both


def found(call: Any, made: AnswerAhead, *, sure: bool, now: float) -> list[Action]:
    """It is known whether there is an answer to the words."""
    return call.answerable(made.turn, made.text, sure=sure, now=now)


def without_ahead(done: list[Any]) -> list[Any]:
    """What was decided, but for the answers made ahead."""
    others = [action for action in done if not isinstance(action, AnswerAhead | DropAhead)]
    others = [a for a in others if not (isinstance(a, Tell) and a.message.get("final") is False)]
    return [replace(a, stands=False) if isinstance(a, Answer) else a for a in others]
