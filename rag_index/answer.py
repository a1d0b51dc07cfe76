"""The answer: sentences of the passages found, or the admission that they don't answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_index import answer_weights
from rag_index.encoder import Encoder
from rag_index.followup import resolve, wants_more
from rag_index.orders import is_order
from rag_index.passages import Hit
from rag_index.quoting import GroundedAnswer, going_on, quoted, refused, stands_alone
from rag_index.support import FEATURES, features, understand
from rag_index.wordvectors import word_vectors

PARALLEL = 0.62  # sentences more alike than this say the same of something else, or say it again
WITHIN = 4.0  # how far behind the best a sentence may be to be said too
HITS = 5  # passages looked at


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: its row among all, its passage's place among the hits, its own in the passage."""

    row: int
    hit: int
    at: int
    text: str
    vector: np.ndarray
    rank: float


class Answerer:
    """Chooses the sentences that answer a question. Safe to use from several threads.

    threshold: the confidence below which the documents are said not to answer.
    """

    def __init__(self, encoder: Encoder, threshold: float = answer_weights.THRESHOLD) -> None:
        self._encoder = encoder
        self._threshold = threshold
        word_vectors()  # read now, not in the first call

    def answer(
        self,
        question: str,
        embedding: np.ndarray | None,
        hits: Sequence[Hit],
        *,
        max_sentences: int = 2,
        about: str | None = None,
        said: str = "",
    ) -> GroundedAnswer:
        """At most `max_sentences` sentences from the best hits, or `answered=False`.

        embedding: of `question`; computed if not given. said: what the caller has heard; whoever asks
        for more of it gets up to three further sentences. Takes 2-5 ms, 8 ms more for a question that
        leans on `about`.
        """
        hits = [h for h in hits[:HITS] if h.passage.sentences]
        if not hits or not question.strip() or max_sentences < 1:
            return refused(0.0)
        if wants_more(question):
            return going_on(hits, said)
        whole = resolve(question, about)
        if embedding is None or whole != question:
            embedding = self._encoder.encode([whole])[0]
        query = np.asarray(embedding, dtype=np.float32)
        vectors = [self._vectors(h) for h in hits]
        known = hits[0].evidence
        asked = understand(
            whole,
            known.rarity if known else {},
            known.unseen if known else frozenset(),
            asked=question,
        )
        table = features(asked, query, hits, vectors)
        ranks = table @ answer_weights.RANK
        order = np.argsort(-ranks, kind="stable")
        places = [(n, at) for n, h in enumerate(hits) for at in range(len(h.passage.sentences))]
        ordered = [
            Candidate(i, n, at, hits[n].passage.sentences[at], vectors[n][at], float(ranks[i]))
            for i in map(int, order)
            for n, at in [places[i]]
            if not is_order(hits[n].passage.sentences[at])
        ]
        if not ordered:
            return refused(0.0)
        chosen = choose(ordered, max_sentences)
        confidence = _confidence(summarise(table, ranks, [c.row for c in chosen]))
        if confidence < self._threshold:
            return refused(confidence)
        cited = list(dict.fromkeys(c.hit for c in chosen))
        in_order = sorted(chosen, key=lambda c: (cited.index(c.hit), c.at))
        return quoted([c.text for c in in_order], [hits[n] for n in cited], confidence)

    def _vectors(self, hit: Hit) -> np.ndarray:
        stored = hit.passage.vectors
        if stored is None or len(stored) != len(hit.passage.sentences):
            stored = self._encoder.encode(hit.passage.sentences)
        return np.asarray(stored, dtype=np.float32)


def _confidence(summary: np.ndarray) -> float:
    """The probability that the best sentence is the answer."""
    z = float(summary @ answer_weights.CONFIDENCE[:-1] + answer_weights.CONFIDENCE[-1])
    return float(1 / (1 + np.exp(-np.clip(z, -40, 40))))


def summarise(table: np.ndarray, ranks: np.ndarray, chosen: Sequence[int]) -> np.ndarray:
    """What the confidence is made of: how the best sentence supports an answer, how it stands out, and
    how near the second comes, if one is said. chosen: rows of `table`, best first."""
    best = table[chosen[0]]
    named = dict(zip(FEATURES, best, strict=True))
    others = np.delete(ranks, chosen[0])
    second = table[chosen[1]] if len(chosen) > 1 else np.zeros(len(FEATURES))
    return np.array([
        *(named[f] for f in answer_weights.SUPPORT),
        named["cosine"] * named["in_context"],
        named["cosine"] * named["worst_missing"],
        named["type_lacking"] * named["in_context"],
        1 / np.exp(ranks - ranks.max()).sum(),
        ranks[chosen[0]] - others.max() if len(others) else 3.0,
        table[:, FEATURES.index("cosine")].max(),
        table[:, FEATURES.index("in_context")].max(),
        float(len(chosen) > 1),
        np.exp(ranks[chosen[1]] - ranks[chosen[0]]) if len(chosen) > 1 else 0.0,
        second[FEATURES.index("cosine")],
        second[FEATURES.index("in_context")],
    ])  # fmt: skip


def choose(ordered: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best sentence, and others that add to it: not parallel to it, not far behind."""
    chosen = [ordered[0]]
    for candidate in ordered[1:]:
        if len(chosen) == most or ordered[0].rank - candidate.rank > WITHIN * max(1, most - 1):
            break
        if not stands_alone(candidate.text):
            continue
        if all(float(c.vector @ candidate.vector) < PARALLEL for c in chosen):
            chosen.append(candidate)
    return chosen
