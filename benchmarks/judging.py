"""Is a reply right? Its words, as heard, against the facts that it should or must not hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import yaml

from rag_index.facts import canonical


class Verdict(StrEnum):
    """What became of one question."""

    RIGHT = "right"
    UNSURE = "unsure"  # right, but told as what may be the answer and may be not
    MIXED = "mixed"  # right, but a neighbouring fact was told as well
    REFUSED = "refused"
    WRONG = "wrong"
    SILENT = "silent"


@dataclass(frozen=True)
class Question:
    """facts: any one makes the reply right; wrong: what it must not say as well.

    No facts: the documents don't answer it.
    """

    text: str
    facts: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    document: str | None = None
    intent: str | None = None
    context: str | None = None


def read_questions(path: Path) -> list[Question]:
    """The answerable questions, then those that the documents don't answer."""
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    answerable = [
        Question(
            text=q["question"],
            facts=tuple(map(str, q["facts"])),
            wrong=tuple(map(str, q.get("wrong", ()))),
            document=q.get("document"),
            intent=q.get("intent"),
            context=q.get("context"),
        )
        for q in found["answerable"]
    ]
    rest = [q if isinstance(q, dict) else {"question": q} for q in found.get("unanswerable", [])]
    return answerable + [Question(text=q["question"], context=q.get("context")) for q in rest]


def judge(reply: str, question: Question, refusals: Sequence[str]) -> Verdict:
    """What the reply, as it was heard, is worth. refusals: words that only a refusal holds."""
    heard = canonical(reply)
    if not heard.strip():
        return Verdict.SILENT
    refused = any(canonical(words) in heard for words in refusals)
    if any(canonical(fact) in heard for fact in question.facts):
        if any(canonical(neighbour) in heard for neighbour in question.wrong):
            return Verdict.MIXED
        return Verdict.UNSURE if refused else Verdict.RIGHT
    if refused:
        return Verdict.REFUSED if question.facts else Verdict.RIGHT
    return Verdict.WRONG


REFUSALS = ("don't know", "do not know")
