"""The index on disk: building it and loading it."""

from __future__ import annotations

import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rag_index.build import BuildReport, build
from rag_index.graph import Nearest
from rag_index.layout import (
    REBUILD,
    IndexBusy,
    IndexCorrupt,
    IndexEncoderMismatch,
    IndexMissing,
    IndexProblem,
    current_version,
    read_manifest,
    version_folder,
)
from rag_index.lexical import Lexical
from rag_index.passages import Passage

__all__ = [
    "BuildReport",
    "Index",
    "IndexBusy",
    "IndexCorrupt",
    "IndexEncoderMismatch",
    "IndexMissing",
    "IndexProblem",
    "build",
    "current_version",
    "load",
]


class Index:
    """One version of the index, memory-mapped: workers on one machine share its pages.

    vectors: float32 (passages, 384); version: what `current_version` says while it is the newest.
    """

    def __init__(self, folder: Path, version: str, manifest: Mapping[str, Any]) -> None:
        place = version_folder(folder, version)
        self.version = version
        self.manifest = manifest
        self.encoder: str = manifest["encoder"]
        self.vectors: np.ndarray = np.load(place / "vectors.npy", mmap_mode="r")
        self.lexical = Lexical(place / "lexical")
        self.nearest = Nearest(self.vectors, place / "graph.faiss")
        self._sentences: np.ndarray = np.load(place / "sentences.npy", mmap_mode="r")
        self._rows: np.ndarray = np.load(place / "rows.npy", mmap_mode="r")
        self._starts: np.ndarray = np.load(place / "passages.npy", mmap_mode="r")
        with (place / "passages.jsonl").open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if len(self) else b""

    def __len__(self) -> int:
        return len(self.vectors)

    def sentence_vectors(self, row: int) -> np.ndarray:
        """float16 (sentences of the passage, 384)."""
        return self._sentences[self._rows[row] : self._rows[row + 1]]

    def best_sentences(self, rows: np.ndarray, query: np.ndarray) -> np.ndarray:
        """float32 (len(rows),): the cosine of `query` with each passage's most similar sentence."""
        counts = self._rows[rows + 1] - self._rows[rows]
        starts = np.cumsum(counts) - counts
        every = np.repeat(self._rows[rows] - starts, counts) + np.arange(counts.sum())
        cosines = self._sentences[every].astype(np.float32) @ query
        return np.maximum.reduceat(cosines, starts)

    def passage(self, row: int) -> Passage:
        """The passage in a row of `vectors`."""
        fields = json.loads(self._lines[self._starts[row] : self._starts[row + 1]])
        fields["headings"] = tuple(fields["headings"])
        fields["sentences"] = tuple(fields["sentences"])
        return Passage(**fields, vectors=self.sentence_vectors(row))

    def metadata(self, row: int) -> Mapping[str, Any]:
        return json.loads(self._lines[self._starts[row] : self._starts[row + 1]])["metadata"]


def load(folder: Path, encoder_name: str) -> Index:
    """The current version. Raises IndexMissing, IndexCorrupt or IndexEncoderMismatch."""
    version = current_version(folder)
    if version is None:
        if (folder / "CURRENT.json").exists():
            raise IndexCorrupt(f"The index in {folder} is damaged: CURRENT.json. {REBUILD}")
        raise IndexMissing(f"There is no index in {folder}. {REBUILD}")
    manifest = read_manifest(folder, version)
    if manifest.get("encoder") != encoder_name:
        raise IndexEncoderMismatch(
            f"The index in {folder} was made with the encoder {manifest.get('encoder')}, "
            f"not with {encoder_name}. {REBUILD}"
        )
    try:
        index = Index(folder, version, manifest)
    except (OSError, ValueError, EOFError, KeyError, RuntimeError) as error:
        raise IndexCorrupt(f"The index in {folder} is damaged ({error}). {REBUILD}") from error
    if len(index) != manifest.get("passages"):
        raise IndexCorrupt(f"The index in {folder} is damaged: passages are missing. {REBUILD}")
    return index
