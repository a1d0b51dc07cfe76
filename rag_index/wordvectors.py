"""How alike two words are: the encoder's own input embeddings, read from its file without running it.

"expensive" and "costs" 0.5, "kids" and "children" 0.8, "expensive" and "permit" 0.0. A look-up takes
microseconds, so a question's words can be compared with every word of the sentences found.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from tokenizers import Tokenizer

from rag_index.encoder import DIMENSIONS, model_bytes, tokenizer_bytes

_TABLE, _SCALE = (
    b"inner.embeddings.word_embeddings.weight_q",
    b"inner.embeddings.word_embeddings.weight_scale",
)
_GRAPH, _INITIALIZER, _NAME, _RAW = 7, 5, 8, 9  # field numbers of onnx.proto


class WordVectors:
    """Vectors of single words, of unit length."""

    def __init__(self) -> None:
        tables = dict(_tables(memoryview(model_bytes())))
        self._table = np.frombuffer(tables[_TABLE], dtype=np.int8).reshape(-1, DIMENSIONS).copy()
        self._scale = np.frombuffer(tables[_SCALE], dtype=np.float32).copy()
        ordinary = slice(
            1000, None, 8
        )  # the first thousand are single characters and place holders
        self._mean = (self._table[ordinary] * self._scale[ordinary, None]).mean(axis=0)
        self._tokenizer = Tokenizer.from_buffer(tokenizer_bytes())
        self._tokenizer.no_padding()
        self._vector = lru_cache(maxsize=8192)(self._look_up)

    def __call__(self, words: Sequence[str]) -> np.ndarray:
        """float32 (len(words), 384)."""
        if not words:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([self._vector(w) for w in words])

    def plainness(self, word: str) -> float:
        """How ordinary a word is in English, 0 (rare) to 1 (among the hundred commonest).

        The vocabulary is ordered by frequency: "need" is the 350th word, "deadline" the 13,000th.
        """
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        rank = max(1, ids[0] - 1995) if len(ids) == 1 else len(self._table)
        return min(
            1.0, max(0.0, 1 - (math.log(rank) - math.log(100)) / (math.log(8000) - math.log(100)))
        )

    def _look_up(self, word: str) -> np.ndarray:
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        if not ids:
            return np.zeros(DIMENSIONS, dtype=np.float32)
        vector = (self._table[ids] * self._scale[ids, None] - self._mean).sum(axis=0)
        return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)


@lru_cache(maxsize=1)
def word_vectors() -> WordVectors:
    """The one table of this process: 12 MB."""
    return WordVectors()


def _tables(model: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Name and content of the two tables that are wanted."""
    for graph in _fields(model, _GRAPH):
        for tensor in _fields(graph, _INITIALIZER):
            name = bytes(next(_fields(tensor, _NAME), memoryview(b"")))
            if name in (_TABLE, _SCALE):
                yield name, next(_fields(tensor, _RAW))


def _fields(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """The content of a protobuf message's fields of one number that have a length."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            _, at = _varint(message, at)
        elif kind == 2:
            size, at = _varint(message, at)
            if key >> 3 == wanted:
                yield message[at : at + size]
            at += size
        elif kind in (1, 5):
            at += 8 if kind == 1 else 4
        else:
            raise struct.error(f"not protobuf: wire type {kind}")


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at
