"""What the index holds and what a search gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document, small enough to embed and to cite.

    document: the file's path below the folder that was indexed, or the `id` of a JSONL row.
    headings: from the outermost to the one right above the passage.
    start, end: character range in the document's converted text; page: from 1, if the format has pages.
    sentences: `text` as sentences one could say, Markdown removed.
    vectors: the sentences' embeddings, float16, shape (len(sentences), 384), if the index has them.
    """

    id: str
    document: str
    title: str
    headings: tuple[str, ...]
    text: str
    page: int | None
    start: int
    end: int
    sentences: tuple[str, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    vectors: np.ndarray | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a passage was found; the answerer weighs it again.

    dense, sentence: cosine of the question with the passage and with its best sentence.
    lexical: the share of the question's weight in words that the passage holds, 0 to 1.
    rarity: what each word (stem) of the question weighs in this index; unseen: words it does not have at all.
    """

    dense: float
    sentence: float
    lexical: float
    rarity: Mapping[str, float]
    unseen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search found; the higher the score the better."""

    passage: Passage
    score: float
    evidence: Evidence | None = field(default=None, repr=False, compare=False)
