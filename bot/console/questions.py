"""Questions that the documents don't answer, like ones together: each is a missing document."""

import asyncio
import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.store.overview import Unanswered

# Mean cosine with the questions of a group: other words for one thing have 0.56-0.88, questions
# about different things up to 0.4, unless they are built alike ("when does the … open").
ALIKE = 0.55
MOST_DISTINCT = 300  # the newest
MOST_WORDINGS = 5  # of a group that are shown
A_BATCH = 8  # texts: 60 ms of one core
REMEMBERED = 2_000

Encode = Callable[[list[str]], np.ndarray]
"""Texts -> float32, shape (n, 384), unit length."""


@dataclass
class Group:
    """Questions about one thing. wordings: the most usual first."""

    wordings: Counter[str] = field(default_factory=Counter[str])
    newest: Unanswered | None = None

    def add(self, one: Unanswered) -> None:
        self.wordings[" ".join(one.text.split())] += 1
        if self.newest is None or one.at >= self.newest.at:
            self.newest = one

    def join(self, other: "Group") -> None:
        self.wordings += other.wordings
        self.newest = max((g.newest for g in (self, other) if g.newest), key=lambda one: one.at)

    @property
    def count(self) -> int:
        return self.wordings.total()

    def told(self) -> dict[str, Any]:
        assert self.newest
        usual = [text for text, _ in self.wordings.most_common(MOST_WORDINGS)]
        return {
            "count": self.count,
            "question": usual[0],
            "others": usual[1:],
            "newest": self.newest.at,
            "session_id": self.newest.session_id,
        }


@dataclass
class Grouping:
    """Groups questions, and remembers their embeddings: a page that is looked at costs nothing."""

    encode: Encode
    _known: OrderedDict[str, np.ndarray] = field(default_factory=OrderedDict[str, np.ndarray])

    async def __call__(self, questions: Sequence[Unanswered]) -> list[dict[str, Any]]:
        """The most asked first. questions: the newest last."""
        same = _same_words(questions)
        await self._embed([next(iter(group.wordings)) for group in same])
        groups: list[Group] = []
        sums: list[np.ndarray] = []  # of the members' vectors
        sizes: list[int] = []
        for group in sorted(same, key=lambda one: -one.count):
            vector = self._known[next(iter(group.wordings))]
            likeness = np.stack(sums) @ vector / sizes if sums else np.zeros(0)
            if likeness.size and float(likeness.max()) >= ALIKE:
                best = int(likeness.argmax())
                groups[best].join(group)
                sums[best] = sums[best] + vector
                sizes[best] += 1
            else:
                groups.append(group)
                sums.append(vector)
                sizes.append(1)
        groups.sort(key=lambda one: (-one.count, -(one.newest.at if one.newest else 0.0)))
        return [group.told() for group in groups]

    async def _embed(self, texts: list[str]) -> None:
        new = [text for text in texts if text not in self._known]
        for i in range(0, len(new), A_BATCH):
            batch = new[i : i + A_BATCH]
            vectors = await asyncio.to_thread(self.encode, batch)
            self._known.update(zip(batch, vectors, strict=True))
        for text in texts:
            self._known.move_to_end(text)
        while len(self._known) > max(REMEMBERED, len(texts)):
            self._known.popitem(last=False)


def _same_words(questions: Sequence[Unanswered]) -> list[Group]:
    groups: dict[str, Group] = {}
    for one in reversed(questions):
        words = " ".join(re.findall(r"\w+", one.text.lower()))
        if words in groups or (words and len(groups) < MOST_DISTINCT):
            groups.setdefault(words, Group()).add(one)
    return list(groups.values())
