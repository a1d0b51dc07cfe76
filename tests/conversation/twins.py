"""A call that answers ahead beside one that doesn't."""

from dataclasses import replace
from typing import Any

from conversation.actions import Answer, AnswerAhead, DropAhead
from conversation.call import Call


class Twins:
    """The same call twice: with answers made ahead, and without. But for those, it does the same.

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
            assert without_ahead(done) == plain(*args, **how)
            return done

        return both


def without_ahead(done: list[Any]) -> list[Any]:
    """What was decided, but for the answers made ahead."""
    others = [action for action in done if not isinstance(action, AnswerAhead | DropAhead)]
    return [replace(a, stands=False) if isinstance(a, Answer) else a for a in others]
