"""Searching: vectors and words find candidates, sentences decide their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faiss
import numpy as np

from rag_index.encoder import Encoder
from rag_index.followup import resolve
from rag_index.index import Index
from rag_index.passages import Evidence, Hit
from rag_index.words import terms

CANDIDATES = 48
DENSE, SENTENCE, LEXICAL = 0.35, 0.45, 0.3
PERFECT = (
    1.5  # BM25 of a passage with every word of the question, by the words' rarity, is about this
)


class Searcher:
    """Searches one version of the index. Safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self.index = index
        self._encoder = encoder
        faiss.omp_set_num_threads(1)

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
        where: metadata the passage's document must have.
        """
        if not len(self.index) or not text.strip():
            return []
        whole = resolve(text, about)
        if whole != text:
            text, embedding = whole, None
        if embedding is None:
            embedding = self._encoder.encode([text])[0]
        query = np.ascontiguousarray(embedding, dtype=np.float32).reshape(1, -1)
        words = terms(text)
        allowed = self._allowed(where)
        lexical = self.index.lexical.scores(words)
        rows = self._candidates(query, lexical, allowed)
        return self._ranked(rows, query[0], lexical, words)[:k]

    def _allowed(self, where: Mapping[str, Any] | None) -> np.ndarray | None:
        if not where:
            return None
        rows = range(len(self.index))
        return np.array(
            [r for r in rows if _matches(self.index.metadata(r), where)], dtype=np.int64
        )

    def _candidates(
        self, query: np.ndarray, lexical: np.ndarray, allowed: np.ndarray | None
    ) -> np.ndarray:
        if allowed is None:
            allowed = np.arange(len(self.index))
        if not len(allowed):
            return allowed
        count = min(CANDIDATES, len(allowed))
        vectors = np.asarray(
            self.index.vectors[allowed] if len(allowed) < len(self.index) else self.index.vectors
        )
        _, near = faiss.knn(query, vectors, count, metric=faiss.METRIC_INNER_PRODUCT)
        named = np.argpartition(-lexical[allowed], count - 1)[:count]
        return np.unique(np.concatenate([allowed[near[0]], allowed[named]]))

    def _ranked(
        self, rows: np.ndarray, query: np.ndarray, lexical: np.ndarray, words: list[str]
    ) -> list[Hit]:
        if not len(rows):
            return []
        rarity = {w: self.index.lexical.rarity(w) for w in words}
        unseen = frozenset(w for w in words if w not in self.index.lexical)
        perfect = max(PERFECT * sum(rarity.values()), 1e-9)
        scored: list[tuple[float, int, Evidence]] = []
        for row in map(int, rows):
            dense = float(self.index.vectors[row] @ query)
            sentence = float((self.index.sentence_vectors(row).astype(np.float32) @ query).max())
            named = float(lexical[row]) / perfect
            score = DENSE * dense + SENTENCE * sentence + LEXICAL * named
            scored.append((score, row, Evidence(dense, sentence, named, rarity, unseen)))
        scored.sort(key=lambda s: (-s[0], s[1]))
        return [
            Hit(self.index.passage(row), score, evidence) for score, row, evidence in scored[:16]
        ]


def _matches(metadata: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    return all(key in metadata and metadata[key] == value for key, value in where.items())
