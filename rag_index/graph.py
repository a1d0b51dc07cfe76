"""Nearest vectors: compared with every one up to 50,000, found through a graph (HNSW) beyond."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

FLAT_UP_TO = 50_000  # vectors; comparing with all of these takes about 10 ms on one core
TOLD_EVERY = 1000  # vectors
LINKS, BUILD_WIDTH, SEARCH_WIDTH = 32, 80, 160


def write(
    vectors: np.ndarray, file: Path, told: Callable[[str, int, int], None] | None = None
) -> None:
    """Writes the graph if there are enough vectors for one: 100,000 take a minute or two."""
    if len(vectors) <= FLAT_UP_TO:
        return
    index = faiss.IndexHNSWFlat(vectors.shape[1], LINKS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_WIDTH
    for first in range(0, len(vectors), TOLD_EVERY):
        if told:
            told("linking", first, len(vectors))
        index.add(np.ascontiguousarray(vectors[first : first + TOLD_EVERY], dtype=np.float32))
    faiss.write_index(index, str(file))


class Nearest:
    """The vectors most like a query."""

    def __init__(self, vectors: np.ndarray, file: Path) -> None:
        """vectors: float32 (n, 384), memory-mapped; file: the graph, if `write` made one."""
        faiss.omp_set_num_threads(1)
        self._vectors = vectors
        self._graph = None
        if file.exists():
            self._graph = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
            self._graph.hnsw.efSearch = SEARCH_WIDTH  # pyright: ignore[reportAttributeAccessIssue]

    def rows(self, query: np.ndarray, count: int) -> np.ndarray:
        """At most `count` rows, nearest first. query: float32 (384,)."""
        asked = np.ascontiguousarray(query, dtype=np.float32).reshape(1, -1)
        count = min(count, len(self._vectors))
        if self._graph is not None:
            _, near = self._graph.search(asked, count)
        else:
            _, near = faiss.knn(asked, self._vectors, count, metric=faiss.METRIC_INNER_PRODUCT)
        return near[0][near[0] >= 0]
