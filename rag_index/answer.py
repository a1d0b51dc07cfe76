"""The answer: sentences of the passages found, or the admission that they don't answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag_index import answer_weights
from rag_index.encoder import Encoder
from rag_index.followup import resolve, wants_more
from rag_index.judge import CrossEncoder, Judge, in_context
from rag_index.orders import is_order
from rag_index.passages import Hit
from rag_index.quoting import GroundedAnswer, going_on, quoted, refused, stands_alone
from rag_index.support import FEATURES, features, understand
from rag_index.wordvectors import word_vectors

PARALLEL = 0.62  # sentences more alike than this say the same of something else, or say it again
ALSO = 0.0  # log-odds, by reading, from which a second sentence is said too
HITS = 5  # passages looked at
READ = 5  # sentences read together with the question


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: its passage's place among the hits, its own in the passage.

    rank: what its words and its vector say of it. judged: log-odds, by reading, that it answers.
    """

    hit: int
    at: int
    text: str
    vector: np.ndarray
    rank: float
    judged: float

    @property
    def worth(self) -> float:
        """The greater, the sooner it is said."""
        return self.judged + answer_weights.RANK_BESIDE_JUDGE * self.rank


class Answerer:
    """Chooses the sentences that answer a question. Safe to use from several threads.

    threshold: the confidence from which sentences are the answer. near: from which they are at least
    the nearest that there is; below it, the documents are said not to answer.
    """

    def __init__(
        self,
        encoder: Encoder,
        judge: Judge | None = None,
        *,
        threshold: float = answer_weights.THRESHOLD,
        near: float = answer_weights.NEAR,
    ) -> None:
        self._encoder = encoder
        self._judge = judge or CrossEncoder()
        self._threshold, self._near = threshold, min(near, threshold)
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
        """At most `max_sentences` sentences from the best hits; `answered=False` with the nearest,
        or with none.

        embedding: of `question`; computed if not given. said: what the caller has heard; whoever asks
        for more of it gets up to three further sentences. Takes about 20 ms on two cores, nearly all of it
        the judge's.
        """
        hits = [h for h in hits[:HITS] if h.passage.sentences]
        if not hits or not question.strip() or max_sentences < 1:
            return refused(0.0)
        if wants_more(question):
            return going_on(hits, said)
        whole = resolve(question, about)
        if embedding is None or whole != question:
            embedding = self._encoder.encode([whole])[0]
        read, confidence = self._read(question, whole, np.asarray(embedding, np.float32), hits)
        if confidence < self._near:
            return refused(confidence)
        answered = confidence >= self._threshold
        chosen = choose(read, max_sentences)
        cited = list(dict.fromkeys(c.hit for c in chosen))
        in_order = sorted(chosen, key=lambda c: (cited.index(c.hit), c.at))
        said_of = [hits[n] for n in cited]
        return quoted([c.text for c in in_order], said_of, confidence, answered=answered)

    def ahead(
        self, question: str, embedding: np.ndarray, hits: Sequence[Hit], about: str | None
    ) -> GroundedAnswer | None:
        """The answer if the caller says no more than `question`; None if what was said decides."""
        if wants_more(question):
            return None
        return self.answer(question, embedding, hits, about=about)

    def _read(
        self, question: str, whole: str, query: np.ndarray, hits: Sequence[Hit]
    ) -> tuple[list[Candidate], float]:
        """The likeliest sentences, best first, and the probability that they answer."""
        vectors = [self._vectors(h) for h in hits]
        known = hits[0].evidence
        rarity = known.rarity if known else {}
        unseen = known.unseen if known else frozenset[str]()
        table = features(understand(whole, rarity, unseen, asked=question), query, hits, vectors)
        ranks = table @ answer_weights.RANK
        places = [(n, at) for n, h in enumerate(hits) for at in range(len(h.passage.sentences))]
        rows = [
            row
            for row in map(int, np.argsort(-ranks, kind="stable"))
            if not is_order(_sentence(hits, places[row]))
        ][:READ]
        if not rows:
            return [], 0.0
        judged = self._judge.weigh(whole, [_in_context(hits, places[row]) for row in rows])
        read = [
            Candidate(n, at, _sentence(hits, (n, at)), vectors[n][at], float(ranks[row]), float(j))
            for row, j in zip(rows, judged, strict=True)
            for n, at in [places[row]]
        ]
        resembles = summarise(table, ranks, rows[0])
        return sorted(read, key=lambda c: -c.worth), _confidence(float(judged.max()), resembles)

    def _vectors(self, hit: Hit) -> np.ndarray:
        stored = hit.passage.vectors
        if stored is None or len(stored) != len(hit.passage.sentences):
            stored = self._encoder.encode(hit.passage.sentences)
        return np.asarray(stored, dtype=np.float32)


def _confidence(judged: float, resembles: np.ndarray) -> float:
    """The probability that the documents answer: by reading, and by what resembles what."""
    linear = float(resembles @ answer_weights.CONFIDENCE[:-1] + answer_weights.CONFIDENCE[-1])
    by_reading, by_resembling, otherwise = answer_weights.ANSWERS
    z = by_reading * judged + by_resembling * linear + otherwise
    return float(1 / (1 + np.exp(-np.clip(z, -40, 40))))


def summarise(table: np.ndarray, ranks: np.ndarray, best: int) -> np.ndarray:
    """How the sentence that resembles an answer most supports one, and how it stands out.

    best: its row of `table`.
    """
    named = dict(zip(FEATURES, table[best], strict=True))
    others = np.delete(ranks, best)
    return np.array([
        *(named[f] for f in answer_weights.SUPPORT),
        named["cosine"] * named["in_context"],
        named["cosine"] * named["worst_missing"],
        named["type_lacking"] * named["in_context"],
        1 / np.exp(ranks - ranks.max()).sum(),
        ranks[best] - others.max() if len(others) else 3.0,
        table[:, FEATURES.index("cosine")].max(),
        table[:, FEATURES.index("in_context")].max(),
    ])  # fmt: skip


def choose(read: Sequence[Candidate], most: int) -> list[Candidate]:
    """The best sentence, and others that answer as well: not parallel to it. read: best first."""
    chosen = [read[0]]
    for candidate in read[1:]:
        if len(chosen) == most:
            break
        if candidate.judged < ALSO or not stands_alone(candidate.text):
            continue
        if all(float(c.vector @ candidate.vector) < PARALLEL for c in chosen):
            chosen.append(candidate)
    return chosen


def _sentence(hits: Sequence[Hit], place: tuple[int, int]) -> str:
    return hits[place[0]].passage.sentences[place[1]]


def _in_context(hits: Sequence[Hit], place: tuple[int, int]) -> str:
    passage = hits[place[0]].passage
    heading = passage.headings[-1] if passage.headings else None
    return in_context(passage.title, heading, _sentence(hits, place))
