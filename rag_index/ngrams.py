"""Characters and words as sparse tf-idf vectors: the part of an utterance that an embedding blurs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

_WORD = re.compile(r"[a-z0-9']+")
CHARACTERS_SHARE, WORDS_SHARE = 0.25, 0.1
FREQUENT = 48  # texts: above it, one matrix product is faster than pairs


class NGrams:
    """The vocabulary of a training set: 2 to 5 characters inside a word, one and two words.

    A text is a vector whose character part and word part have the squared lengths CHARACTERS_SHARE and
    WORDS_SHARE, so that a dot product is a weighted sum of the two cosines.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(set(_grams(t))) for t in texts]
        seen = Counter(gram for count in counts for gram in count)
        self._column = {gram: i for i, gram in enumerate(g for g, n in seen.items() if n >= 2)}
        frequency = np.array([seen[g] for g in self._column], dtype=np.float32)
        self._idf = np.log((1 + len(texts)) / (1 + frequency)) + 1

    def __len__(self) -> int:
        return len(self._column)

    def sparse(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Columns and values of one text."""
        counts = Counter(_grams(text))
        known = [(self._column[g], n, g[0] == "w") for g, n in counts.items() if g in self._column]
        if not known:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        columns = np.array([k[0] for k in known], dtype=np.int64)
        values = (1 + np.log(np.array([k[1] for k in known], dtype=np.float32))) * self._idf[
            columns
        ]
        words = np.array([k[2] for k in known])
        for part, share in ((words, WORDS_SHARE), (~words, CHARACTERS_SHARE)):
            length = float(np.linalg.norm(values[part]))
            if length > 0:
                values[part] *= share**0.5 / length
        return columns, values

    def products(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (texts, texts): the dot product of each pair. Rare n-grams, nearly all, go pair by pair."""
        total = np.zeros((len(texts), len(texts)), dtype=np.float32)
        vectors = [self.sparse(t) for t in texts]
        rows = np.repeat(np.arange(len(texts)), [len(c) for c, _ in vectors])
        columns = np.concatenate([c for c, _ in vectors]) if vectors else np.zeros(0, np.int64)
        values = np.concatenate([v for _, v in vectors]) if vectors else np.zeros(0, np.float32)
        order = np.argsort(columns, kind="stable")
        ends = np.cumsum(np.bincount(columns, minlength=len(self)))
        common: list[np.ndarray] = []
        for part in np.split(order, ends[:-1]):
            if len(part) > FREQUENT:
                common.append(part)
            else:
                total[np.ix_(rows[part], rows[part])] += np.outer(values[part], values[part])
        dense = np.zeros((len(texts), len(common)), dtype=np.float32)
        for column, part in enumerate(common):
            dense[rows[part], column] = values[part]
        return total + dense @ dense.T

    def spread(self, texts: Sequence[str], weights: np.ndarray) -> np.ndarray:
        """float32 (columns, classes): the texts' weights carried over to their n-grams."""
        total = np.zeros((len(self), weights.shape[1]), dtype=np.float32)
        for text, weight in zip(texts, weights, strict=True):
            columns, values = self.sparse(text)
            total[columns] += np.outer(values, weight)
        return total


def _grams(text: str) -> Iterator[str]:
    words = _WORD.findall(text.lower())
    for word in words:
        padded = f" {word} "
        for length in range(2, 6):
            for start in range(len(padded) - length + 1):
                yield "c" + padded[start : start + length]
        yield "w" + word
    for one, two in pairwise(words):
        yield f"w{one} {two}"
