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
    """text: the sentences joined, "" if nothing comes near. citations: one a passage, best first.

    confidence: the calibrated probability that the text answers the question.
    answered: whether that is enough to say it as the answer. If not, a text is the nearest that there
    is, to be said as such: about every second time it is what was asked for.
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
        new = [
            at
            for at in rest
            if at not in told and stands_alone(sentences[at]) and not is_order(sentences[at])
        ]
        if new:
            return quoted([sentences[at] for at in new[:MORE]], [hit], 1.0)
    return refused(0.0)


def quoted(
    sentences: Sequence[str], cited: Sequence[Hit], confidence: float, *, answered: bool = True
) -> GroundedAnswer:
    """The answer that says these sentences, from these passages."""
    whole = tuple(_whole(s) for s in sentences)
    return GroundedAnswer(
        " ".join(whole), whole, tuple(map(_citation, cited)), confidence, answered
    )


def refused(confidence: float) -> GroundedAnswer:
    """The admission that the documents don't answer."""
    return GroundedAnswer("", (), (), confidence, False)


def stands_alone(sentence: str) -> bool:
    """Whether a sentence says something by itself: a question or a heading of a list does not."""
    return not sentence.rstrip().endswith(("?", ":"))


def _is_in(heard: str, sentence: str) -> bool:
    """Whether a sentence is among the words heard, as it is written or as it is spoken."""
    return any(p and p in heard for p in (_plain(sentence), _plain(speakable(sentence))))


def _plain(text: str) -> str:
    words = " ".join(raw_words(text))
    return f" {words} " if words else ""


def _whole(sentence: str) -> str:
    """The sentence with an end: list items and table rows often have none."""
    sentence = sentence.strip()
    ended = sentence.endswith((".", "!", "?", ".”", '."', ".)"))
    return sentence if ended else sentence.rstrip(":;,") + "."


def _citation(hit: Hit) -> Citation:
    p = hit.passage
    return Citation(p.document, p.title, p.headings, p.page, p.id, p.start, p.end)
