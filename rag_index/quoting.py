"""Quoting passages: what was said and where it stands; and what they say besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag_index.orders import is_order
from rag_index.passages import Hit
from rag_index.speakable import speakable
from rag_index.words import raw_words

MORE = 3  # sentences said when the caller asks for more


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands: character range of its passage in the document's text."""

    document: str
    title: str
    headings: tuple[str, ...]
    page: int | None
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """text: the sentences joined, "" if not answered. citations: one a passage, best first.

    confidence: the calibrated probability that the text answers the question.
    """

    text: str
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]
    confidence: float
    answered: bool


def going_on(hits: Sequence[Hit], said: str) -> GroundedAnswer:
    """What the passages that were quoted say besides, in reading order. said: all that was heard."""
    heard = _plain(said)
    for hit in hits:
        sentences = hit.passage.sentences
        told = [at for at, s in enumerate(sentences) if _is_in(heard, s)]
        rest = [*range(told[-1] + 1, len(sentences)), *range(told[-1])] if told else []
        new = [at for at in rest if at not in told and _says_something(sentences[at])][:MORE]
        if new:
            text = tuple(whole_sentence(sentences[at]) for at in new)
            return GroundedAnswer(" ".join(text), text, (citation(hit),), 1.0, True)
    return GroundedAnswer("", (), (), 0.0, False)


def _says_something(sentence: str) -> bool:
    return not is_order(sentence) and not sentence.rstrip().endswith(("?", ":"))


def _is_in(heard: str, sentence: str) -> bool:
    """Whether a sentence is among the words heard, as it is written or as it is spoken."""
    return any(p and p in heard for p in (_plain(sentence), _plain(speakable(sentence))))


def _plain(text: str) -> str:
    words = " ".join(raw_words(text))
    return f" {words} " if words else ""


def whole_sentence(sentence: str) -> str:
    """The sentence with an end: list items and table rows often have none."""
    sentence = sentence.strip()
    ended = sentence.endswith((".", "!", "?", ".”", '."', ".)"))
    return sentence if ended else sentence.rstrip(":;,") + "."


def citation(hit: Hit) -> Citation:
    """The passage of a hit, as it is cited."""
    p = hit.passage
    return Citation(p.document, p.title, p.headings, p.page, p.id, p.start, p.end)
