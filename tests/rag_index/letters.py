"""An encoder that is quick and counts, and what an index holds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag_index.index import load


class Letters:
    """Counts what it encodes; a text's vector is its letters."""

    name = "letters"

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.encoded += texts
        table = np.zeros((len(texts), 384), dtype=np.float32)
        for row, text in zip(table, texts, strict=True):
            np.add.at(row, list(text.lower().encode()), 1)
        return table / np.linalg.norm(table, axis=1, keepdims=True)


def texts(folder: Path) -> list[str]:
    """The text of every passage, in order."""
    index = load(folder, Letters.name)
    return [index.passage(row).text for row in range(len(index))]
