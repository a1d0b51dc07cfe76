"""The vectors of all passages and sentences; only texts that are new are encoded."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rag_index.encoder import Encoder
from rag_index.passages import Passage
from rag_index.previous import Previous

Progress = Callable[[str, int, int], None]
"""Called with what is being done ("reading", "encoding", "writing", "linking"), how far it is, and of how much."""


@dataclass(slots=True)
class Vectors:
    passages: np.ndarray
    sentences: np.ndarray
    rows: np.ndarray
    keys: np.ndarray
    encoded: int = 0
    reused: int = 0


def passage_text(passage: Passage) -> str:
    """What is encoded for a passage: its title and headings first, each once."""
    return ". ".join(
        [*dict.fromkeys(h for h in (passage.title, *passage.headings) if h), passage.text]
    )


def encode_new(
    passages: Sequence[Passage], encoder: Encoder, old: Previous, told: Progress
) -> Vectors:
    texts = [passage_text(p) for p in passages]
    sentences = [s for p in passages for s in p.sentences]
    every = texts + sentences
    dimensions = encoder.encode([]).shape[1]
    result = Vectors(
        np.zeros((len(texts), dimensions), np.float32),
        np.zeros((len(sentences), dimensions), np.float16),
        np.cumsum([0, *[len(p.sentences) for p in passages]], dtype=np.int64),
        np.array([list(_key(t)) for t in every], dtype=np.uint8).reshape(len(every), 16),
    )

    def put(at: int, vector: np.ndarray) -> None:
        if at < len(texts):
            result.passages[at] = vector
        else:
            result.sentences[at - len(texts)] = vector

    new: dict[str, list[int]] = {}
    for at, text in enumerate(every):
        vector = old.vector(result.keys[at].tobytes())
        if vector is None:
            new.setdefault(text, []).append(at)
        else:
            put(at, vector)
            result.reused += 1
    ordered = sorted(new, key=len)
    batches = [ordered[first : first + 64] for first in range(0, len(ordered), 64)]
    random.Random(0).shuffle(batches)  # short and long ones mixed, so that the time left is right
    done = 0
    for batch in batches:
        told("encoding", done, len(ordered))
        done += len(batch)
        for text, vector in zip(batch, encoder.encode(batch), strict=True):
            for at in new[text]:
                put(at, vector)
    told("encoding", len(ordered), len(ordered))
    result.encoded = len(ordered)
    return result


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
