"""Passages by the hundred thousand, made of the sample documents' words, with quick vectors."""

import json
import random
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from zlib import crc32

import numpy as np

NAMES = 60_000  # words that no document has, as rare as names are
SYLLABLES = "ba do fen gri hol ka lim mo nar pel qui ro sta tun ver wex yar zo".split()
DIMENSIONS = 384


class Writer:
    """Writes sentences that read like the documents', with names here and there; by its seed."""

    def __init__(self, documents: Path, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        following: dict[str, list[str]] = defaultdict(list)
        self._starts: list[str] = []
        for path in sorted(documents.rglob("*.md")):
            for sentence in re.findall(r"[A-Z][^.?!|#\n]{30,200}[.?!]", path.read_text()):
                words = sentence.split()
                self._starts.append(words[0])
                for word, after in pairwise(words):
                    following[word].append(after)
        self._following = dict(following)
        self._names = ["".join(self._dice.choices(SYLLABLES, k=3)).title() for _ in range(NAMES)]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(NAMES)))

    def name(self) -> str:
        """A made word; some are common, most are rare."""
        at = bisect_left(self._weights, self._dice.random() * self._weights[-1])
        return self._names[min(at, NAMES - 1)]

    def sentence(self) -> str:
        """6 to 26 words."""
        words = [self._dice.choice(self._starts)]
        most = self._dice.randint(10, 26)
        while len(words) < most and (after := self._following.get(words[-1])):
            words.append(self._dice.choice(after))
            if self._dice.random() < 0.06:
                words.append(self.name())
                words.append(self._dice.choice(self._starts).lower())
        return " ".join(words).rstrip(".?!,;:") + "."

    def rows(self, count: int) -> Iterator[dict[str, str]]:
        """Documents of one passage each, three to six sentences."""
        for number in range(count):
            text = " ".join(self.sentence() for _ in range(self._dice.randint(3, 6)))
            title = f"{self.name()} {self.name()}"
            yield {"id": f"made-{number}", "title": title, "text": text}

    def questions(self, rows: Sequence[dict[str, str]], count: int) -> list[str]:
        """Half a sentence of some passage each, asked."""
        asked: list[str] = []
        for row in self._dice.choices(rows, k=count):
            words = self._dice.choice(row["text"].split(". ")).split()
            asked.append(f"what about {' '.join(words[: self._dice.randint(4, 10)])}".lower() + "?")
        return asked


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """As JSONL."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class WordsEncoder:
    """A vector a word, summed: alike texts get alike vectors, 500 times as fast as a model."""

    name = "words"

    def __init__(self) -> None:
        self._table = np.random.default_rng(1).standard_normal((65_536, DIMENSIONS), np.float32)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32, shape (len(texts), 384), each of unit length."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            ids = [crc32(word.encode()) & 0xFFFF for word in re.findall(r"\w+", text.lower())]
            self._table[ids].sum(axis=0, out=row)
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
