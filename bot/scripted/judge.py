"""Whether a reply is right: facts by their words, all else by a language model if there is one."""

import json
import re
from dataclasses import dataclass
from typing import Any

from pipecat.classifiers.base_classifier import BaseClassifier
from pipecat.evals.judge import EvalJudge, JudgeVerdict

from rag_index.facts import canonical

_CHECK = re.compile(r"(?P<never>never )?says (?P<facts>.+)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Facts:
    """`says A or B` wants any of them, `never says A or B` none, however each is spelled."""

    any_of: tuple[str, ...]
    never: bool = False

    def holds(self, reply: str) -> bool:
        """Whether the reply is as they want it."""
        heard = canonical(reply)
        return any(canonical(fact) in heard for fact in self.any_of) is not self.never

    def __str__(self) -> str:
        return f"{'never ' * self.never}says {' or '.join(self.any_of)}"


def parts_of(criterion: str) -> tuple[list[Facts], list[str]]:
    """Its facts; and what is in other words. Parts are separated by semicolons."""
    facts: list[Facts] = []
    words: list[str] = []
    for part in filter(None, (part.strip() for part in criterion.split(";"))):
        if found := _CHECK.fullmatch(part):
            any_of = tuple(fact.strip() for fact in found["facts"].split(" or "))
            facts.append(Facts(any_of, never=bool(found["never"])))
        else:
            words.append(part)
    return facts, words


class FactsJudge(EvalJudge):
    """Pipecat's judge, for whom facts are no matter of opinion.

    model: judges what is in other words; without one these are counted in `unjudged`.
    """

    def __init__(self, model: BaseClassifier | None = None) -> None:
        super().__init__(model or _Nobody())
        self._has_model = model is not None
        self._reply: list[str] = []
        self.unjudged: list[str] = []

    def add_user_message(self, text: str | None) -> None:
        self._reply = []
        super().add_user_message(text)

    def add_assistant_message(self, text: str | None) -> None:
        self._reply.append(text or "")
        super().add_assistant_message(text)

    async def evaluate(self, criterion: str) -> JudgeVerdict:
        """`no` for what must never be said, `continue` while a fact is still missing."""
        facts, words = parts_of(criterion)
        verdict = _judged(" ".join(self._reply), facts)
        if verdict.passed and self._asks(words):
            return await super().evaluate("; ".join(words))
        return verdict

    async def evaluate_call(
        self, name: str, args: dict[str, Any] | None, criterion: str
    ) -> JudgeVerdict:
        """The same of a call's arguments."""
        facts, words = parts_of(criterion)
        verdict = _judged(json.dumps(args or {}, ensure_ascii=False), facts)
        if verdict.passed and self._asks(words):
            return await super().evaluate_call(name, args, "; ".join(words))
        return verdict

    def _asks(self, words: list[str]) -> bool:
        if words and not self._has_model:
            self.unjudged += [word for word in words if word not in self.unjudged]
        return bool(words) and self._has_model


def _judged(said: str, facts: list[Facts]) -> JudgeVerdict:
    wrong = [str(one) for one in facts if not one.holds(said)]
    if not wrong:
        return JudgeVerdict("yes", "all facts as wanted", "")
    forbidden = any(one.never and not one.holds(said) for one in facts)
    return JudgeVerdict("no" if forbidden else "continue", "not so: " + "; ".join(wrong), "")


class _Nobody(BaseClassifier):
    """Stands where a language model would; `FactsJudge` doesn't ask it."""

    async def _ask(self, state: Any, questions: Any, images: Any = ()) -> Any:
        raise NotImplementedError
