"""How well a sentence supports an answer, in numbers that mean the same in every set of documents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rag_index.answer_types import AnswerType, wanted
from rag_index.passages import Hit
from rag_index.words import KINDS, NUMBER_WORDS, STOPWORDS, raw_words, stem
from rag_index.wordvectors import word_vectors

FEATURES = (
    "cosine", "passage_cosine", "in_sentence", "in_context", "in_passage", "worst_missing", "missing_number",
    "type_given", "type_lacking", "score_gap", "sentence_gap", "brevity", "asks", "strictly_lacking",
    "missing_year", "missing_unseen",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word and the stem it is compared by."""

    raw: str
    stem: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for: words that carry meaning and what each weighs, and the kind of answer."""

    text: str
    words: tuple[Word, ...]
    weights: np.ndarray
    type: AnswerType | None
    unseen: frozenset[str] = frozenset()


@lru_cache(maxsize=8192)
def content(text: str) -> tuple[Word, ...]:
    """The words of a text that carry meaning, each once."""
    kept = dict.fromkeys(w for w in raw_words(text) if w not in STOPWORDS)
    return tuple(Word(w, stem(NUMBER_WORDS.get(w, w))) for w in kept)


# what a question is made of, not what it is about; the answer's type stands for them
_ASKING = frozenset(
    (
        "cost costs price fee fees much many long late early time date day number amount "
        "percentage percent year name type kind phone telephone email call address hour hours "
        "open opening close deadline due cutoff happen happens mean means called exactly anyone "
        "someone something thing things way say said does"
    ).split()
)
_ASKING_STEMS = frozenset(stem(w) for w in _ASKING)


def understand(
    text: str,
    rarity: Mapping[str, float],
    unseen: frozenset[str] = frozenset(),
    *,
    asked: str | None = None,
) -> Question:
    """The question's words, weighted by how rare they are in the documents; 1 each if that isn't known.

    asked: the question as it was put, if `text` adds what the conversation is about: its own
    words then count double.
    """
    words = content(text)
    own = {w.stem for w in (content(asked) if asked else words)}
    weights = [
        rarity.get(w.stem, 1.0)
        * (0.4 if w.stem in _ASKING_STEMS else 1.0)
        * (1 - 0.8 * word_vectors().plainness(w.raw))
        * (1.0 if w.stem in own else 0.5)
        for w in words
    ]
    kind = (wanted(asked) if asked else None) or wanted(text)
    return Question(text, words, np.array(weights, dtype=np.float32), kind, unseen)


def features(
    question: Question, query: np.ndarray, hits: Sequence[Hit], vectors: Sequence[np.ndarray]
) -> np.ndarray:
    """float32 (sentences of all hits in order, FEATURES).

    query: the question's embedding; vectors: each hit's sentences' embeddings.
    """
    alike = _Likeness(question, hits)
    total = max(float(question.weights.sum()), 1e-6)
    share = question.weights / total
    numbers = np.array([w.raw.isdigit() for w in question.words], dtype=bool)
    years = np.array([bool(_YEAR.fullmatch(w.raw)) for w in question.words], dtype=bool)
    strange = np.array([w.stem in question.unseen for w in question.words], dtype=bool)
    best = max((h.score for h in hits), default=0.0)
    cosines = [np.asarray(v, dtype=np.float32) @ query for v in vectors]
    highest = max((float(c.max()) for c in cosines if len(c)), default=0.0)
    rows: list[list[float]] = []
    for hit, cosine in zip(hits, cosines, strict=True):
        passage = hit.passage
        dense = hit.evidence.dense if hit.evidence else float(cosine.max())
        around = alike.to(" ".join((passage.title, *passage.headings)))
        whole = np.maximum(around, alike.to(*passage.sentences))
        for at, sentence in enumerate(passage.sentences):
            own = alike.to(_EXCLUDED.sub(" ", sentence))
            near = np.maximum(own, around)
            missing = share * (1 - near)
            lacking = question.type is not None and question.type.given.search(sentence) is None
            rows.append([
                float(cosine[at]),
                dense,
                float(share @ own),
                float(share @ near),
                float(share @ whole),
                float(missing.max(initial=0.0)),
                float((numbers & (near < 0.99)).any()),
                float(question.type is not None and not lacking),
                float(lacking),
                hit.score - best,
                float(cosine[at]) - highest,
                min(1.0, 8 / max(1, len(sentence.split()))),
                float(sentence.rstrip().endswith(("?", ":"))),
                float(lacking and question.type is not None and question.type.strict),
                float((years & (near < 0.99)).any()),
                float(missing[strange].sum()),
            ])  # fmt: skip
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(FEATURES))


_YEAR = re.compile(r"1\d{3}|20\d\d")
# "the fee for programs other than the MBA" says nothing about the MBA
_EXCLUDED = re.compile(
    r"\b(?:other than|except(?: for)?|excluding|apart from|but not|as opposed to|unlike)\b(?:\s+(?!is\b|are\b|was\b|"
    r"were\b|has\b|have\b|must\b|can\b|may\b|will\b|costs?\b)[\w$'-]+){1,6}",
    re.I,
)
KNOWN_WORD = (
    0.6  # a word that the documents use themselves is not meant by one that is only like it
)
_EXACT = frozenset[str]().union(*KINDS)


class _Likeness:
    """How well each word of the question is matched by a text, 0 to 1."""

    def __init__(self, question: Question, hits: Sequence[Hit]) -> None:
        texts = [
            t
            for h in hits
            for t in (*h.passage.sentences, " ".join((h.passage.title, *h.passage.headings)))
        ]
        every = list(dict.fromkeys(w for t in texts for w in content(t)))
        self._row = {w: i for i, w in enumerate(every)}
        asked = question.words
        known = word_vectors()
        cosine = known([w.raw for w in every]) @ known([w.raw for w in asked]).T
        self._matrix = (
            np.clip((cosine - 0.35) / 0.35, 0, 0.9)
            if asked
            else np.zeros((len(every), 0), np.float32)
        )
        self._matrix *= [1.0 if w.stem in question.unseen else KNOWN_WORD for w in asked]
        for column, word in enumerate(asked):
            for row, other in enumerate(every):
                if word.stem == other.stem:
                    self._matrix[row, column] = 1.0
                elif word.raw in _EXACT or word.stem.isdigit() or other.stem.isdigit():
                    self._matrix[row, column] = 0.0
                elif _misheard(word.raw, other.raw):
                    self._matrix[row, column] = max(0.85, self._matrix[row, column])
        self._nothing = np.zeros(len(asked), dtype=np.float32)

    def to(self, *texts: str) -> np.ndarray:
        rows = [self._row[w] for t in texts for w in content(t)]
        return self._matrix[rows].max(axis=0) if rows else self._nothing


def _misheard(one: str, other: str) -> bool:
    """Whether two longer words differ by what speech recognition or typing gets wrong."""
    if one[0] != other[0] or min(len(one), len(other)) < 5:
        return False
    if one[:7] == other[:7] and min(len(one), len(other)) >= 7:
        return True
    if abs(len(one) - len(other)) > 2:
        return False
    if one[:5] == other[:5]:
        return True
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    others = {other[i : i + 2] for i in range(len(other) - 1)}
    return 2 * len(pairs & others) / (len(pairs) + len(others)) >= 0.75
