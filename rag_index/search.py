"""Searching: vectors and words find candidates, sentences decide their order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from rag_index.encoder import Encoder
from rag_index.followup import resolve
from rag_index.index import Index
from rag_index.metadata import matches
from rag_index.passages import Evidence, Hit
from rag_index.words import terms

CANDIDATES = 48  # by vectors, and as many by words
REMEMBERED = 32  # filters whose rows are kept
DENSE, SENTENCE, LEXICAL = 0.35, 0.45, 0.3
PERFECT = (
    1.5  # BM25 of a passage with every word of the question, by the words' rarity, is about this
)


class Searcher:
    """Searches one version of the index. Safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index = index
        self._encoder = encoder
        self._filtered: dict[str, np.ndarray] = {}

    def search(
        self,
        text: str,
        embedding: np.ndarray | None = None,
        k: int = 5,
        *,
        about: str | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> list[Hit]:
        """The `k` passages that best answer `text`, best first.

        embedding: of `text`, float32 (384,); computed if not given.
        about: what the conversation is about, for questions that don't stand alone.
        where: metadata the passage's document must have (rag_index/metadata.py).
        """
        if not len(self.index) or not text.strip():
            return []
        whole = resolve(text, about)
        if whole != text:
            text, embedding = whole, None
        if embedding is None:
            embedding = self._encoder.encode([text])[0]
        query = np.asarray(embedding, dtype=np.float32).reshape(-1)
        words = list(dict.fromkeys(terms(text)))
        lexical = self.index.lexical.scores(words)
        rows = self._candidates(query, lexical, max(CANDIDATES, 2 * k), where)
        return self._ranked(rows, query, lexical, words, k)

    def _candidates(
        self, query: np.ndarray, lexical: np.ndarray, count: int, where: Mapping[str, Any] | None
    ) -> np.ndarray:
        """Rows near the query or with its words; with a filter, all rows that pass it compete."""
        if where:
            allowed = self._allowed(where)
            if len(allowed) <= count:
                return allowed
            near = allowed[_best(self.index.vectors[allowed] @ query, count)]
            named = allowed[_best(lexical[allowed], count)]
        else:
            near = self.index.nearest.rows(query, count)
            named = _best(lexical, count)
        return np.unique(np.concatenate([near, named[lexical[named] > 0]]))

    def _allowed(self, where: Mapping[str, Any]) -> np.ndarray:
        key = json.dumps(where, sort_keys=True, default=str)
        if key not in self._filtered:
            rows = [r for r in range(len(self.index)) if matches(self.index.metadata(r), where)]
            self._filtered[key] = np.array(rows, dtype=np.int64)
            if len(self._filtered) > REMEMBERED:
                self._filtered.pop(next(iter(self._filtered)), None)
        return self._filtered.get(key, np.zeros(0, dtype=np.int64))

    def _ranked(
        self, rows: np.ndarray, query: np.ndarray, lexical: np.ndarray, words: list[str], k: int
    ) -> list[Hit]:
        if not len(rows):
            return []
        rarity = {w: self.index.lexical.rarity(w) for w in words}
        unseen = frozenset(w for w in words if w not in self.index.lexical)
        named = lexical[rows] / max(PERFECT * sum(rarity.values()), 1e-9)
        dense = self.index.vectors[rows] @ query
        sentence = self.index.best_sentences(rows, query)
        scores = DENSE * dense + SENTENCE * sentence + LEXICAL * named
        return [
            Hit(
                self.index.passage(int(rows[i])),
                float(scores[i]),
                Evidence(float(dense[i]), float(sentence[i]), float(named[i]), rarity, unseen),
            )
            for i in np.argsort(-scores, kind="stable")[:k]
        ]


def _best(scores: np.ndarray, count: int) -> np.ndarray:
    """Where the `count` highest scores are, in any order; among those above half of the highest, if enough.

    By the lowest of the negated ones: where many scores are equal, numpy takes 20 times as long for the highest.
    """
    high = np.flatnonzero(scores > scores.max() / 2)
    if len(high) < count:
        high = np.arange(len(scores))
    count = min(count, len(high))
    return high[np.argpartition(-scores[high], count - 1)[:count]]
