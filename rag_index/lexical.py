"""BM25 over passages: the index is bm25s's, its weights read straight from memory-mapped arrays."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import bm25s
import numpy as np


class Lexical:
    """BM25 (Lucene's) of a question with every passage."""

    def __init__(self, folder: Path) -> None:
        def mapped(name: str) -> np.ndarray:
            return np.load(folder / f"{name}.npy", mmap_mode="r")

        self._weights, self._rows, self._first = mapped("weights"), mapped("rows"), mapped("first")
        self._vocabulary: dict[str, int] = json.loads((folder / "vocabulary.json").read_bytes())
        self._passages = int(mapped("lengths").shape[0])

    def __contains__(self, word: str) -> bool:
        return word in self._vocabulary

    def scores(self, words: Iterable[str]) -> np.ndarray:
        """float32, one a passage; words count once."""
        total = np.zeros(self._passages, dtype=np.float32)
        for word in set(words):
            if (column := self._vocabulary.get(word)) is not None:
                begin, end = self._first[column], self._first[column + 1]
                total[self._rows[begin:end]] += self._weights[begin:end]
        return total

    def rarity(self, word: str) -> float:
        """BM25's inverse document frequency; a word never seen weighs as one seen once."""
        column = self._vocabulary.get(word)
        seen = 1 if column is None else max(1, int(self._first[column + 1] - self._first[column]))
        return math.log(1 + (self._passages - seen + 0.5) / (seen + 0.5))


def write(words: Sequence[Sequence[str]], folder: Path) -> None:
    """Computes the weights of a corpus and writes them."""
    folder.mkdir()
    model = bm25s.BM25(method="lucene", k1=1.2, b=0.6)
    if any(words):
        model.index([list(w) for w in words], show_progress=False)
        scores, vocabulary = model.scores, model.vocab_dict
    else:
        scores, vocabulary = {"data": [], "indices": [], "indptr": [0]}, {}
    np.save(folder / "weights.npy", np.asarray(scores["data"], dtype=np.float32))
    np.save(folder / "rows.npy", np.asarray(scores["indices"], dtype=np.int32))
    np.save(folder / "first.npy", np.asarray(scores["indptr"], dtype=np.int64))
    np.save(folder / "lengths.npy", np.array([len(w) for w in words], dtype=np.int32))
    kept = {w: int(i) for w, i in vocabulary.items() if w}
    (folder / "vocabulary.json").write_text(json.dumps(kept), encoding="utf-8")
