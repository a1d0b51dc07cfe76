"""The answer: sentences of the passages found, or the admission that they don't answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_index.encoder import Encoder
from rag_index.passages import Hit
from rag_index.words import terms


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence stands."""

    document: str
    title: str
    headings: tuple[str, ...]
    page: int | None
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GroundedAnswer:
    """text: the sentences as one would say them, "" if not answered. confidence: 0 to 1, calibrated."""

    text: str
    sentences: tuple[str, ...]
    citations: tuple[Citation, ...]
    confidence: float
    answered: bool


class Answerer:
    """Chooses the sentences that answer a question. Safe to use from several threads."""

    def __init__(self, encoder: Encoder, threshold: float = 0.5) -> None:
        self._encoder = encoder
        self._threshold = threshold

    def answer(
        self,
        question: str,
        embedding: np.ndarray | None,
        hits: Sequence[Hit],
        *,
        max_sentences: int = 2,
        about: str | None = None,
    ) -> GroundedAnswer:
        """At most `max_sentences` sentences from `hits`, or `answered=False`."""
        if not hits:
            return GroundedAnswer("", (), (), 0.0, False)
        query = self._encoder.encode([question])[0] if embedding is None else np.asarray(embedding)
        words = set(terms(f"{about} {question}" if about else question))
        scored: list[tuple[float, int, int]] = []
        for number, hit in enumerate(hits):
            vectors = hit.passage.vectors
            if vectors is None:
                vectors = self._encoder.encode(hit.passage.sentences)
            likeness = np.asarray(vectors, dtype=np.float32) @ query
            for at, sentence in enumerate(hit.passage.sentences):
                shared = len(words & set(terms(sentence))) / max(1, len(words))
                scored.append((float(likeness[at]) + shared + 0.5 * hit.score, number, at))
        scored.sort(reverse=True)
        best = scored[0]
        confidence = float(min(1.0, max(0.0, best[0] / 2)))
        if confidence < self._threshold:
            return GroundedAnswer("", (), (), confidence, False)
        passage = hits[best[1]].passage
        chosen = sorted(at for _, number, at in scored if number == best[1])[:0] or sorted(
            [at for _, number, at in scored if number == best[1]][:max_sentences]
        )
        said = tuple(passage.sentences[at] for at in chosen)
        citation = Citation(
            passage.document,
            passage.title,
            passage.headings,
            passage.page,
            passage.id,
            passage.start,
            passage.end,
        )
        return GroundedAnswer(" ".join(said), said, (citation,), confidence, True)
