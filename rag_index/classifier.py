"""Which intent an utterance has: patterns first, then examples, and a verdict when neither fits.

L1  the patterns of intents.yaml, by re2: time grows with the text, whatever the pattern
L2  kernel ridge regression on the shared embedding and on n-grams, trained when loaded
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import re2

from rag_index import kernel, logistic
from rag_index.encoder import Encoder
from rag_index.intents_file import Action, Intent
from rag_index.ngrams import NGrams

LARGEST_TRAINING = 6000  # examples; the kernel is quadratic in them
RETENTION = 0.989  # of the utterances understood rightly, how many a threshold may not refuse
LEAST = 0.2  # a score: what fits its intent less is out of scope, however few examples there are
LONGEST = 2000  # characters of an utterance that are looked at


@dataclass(frozen=True, slots=True)
class IntentResult:
    """What was understood. intent: None if out of scope. confidence: calibrated, 0 to 1."""

    intent: str | None
    confidence: float
    level: Literal["L1", "L2"]
    action: Action


class IntentClassifier:
    """Trained from the examples when made: a second for 3,000 of them. Safe to use from several threads."""

    def __init__(
        self, intents: Sequence[Intent], encoder: Encoder, out_of_scope: Sequence[str] = ()
    ) -> None:
        self.intents = {i.name: i for i in intents}
        self._patterns = [(i, _compiled(p)) for i in intents for p in i.patterns]
        examples = _examples(intents, out_of_scope)
        self._names: list[str | None] = list(dict.fromkeys(e.intent for e in examples))
        self._model: kernel.Ridge | None = None
        if any(n is not None for n in self._names):
            self._train(examples, encoder)

    def match_patterns(self, text: str) -> IntentResult | None:
        """L1: the first intent with a pattern that occurs in `text`."""
        text = text[:LONGEST]
        for intent, pattern in self._patterns:
            if pattern.search(text):
                return IntentResult(intent.name, 1.0, "L1", intent.action)
        return None

    def classify(self, text: str, embedding: np.ndarray) -> IntentResult:
        """L2: the intent whose examples are most like `text`; out of scope if none is like it enough.

        embedding: of `text`, float32 (384,). Without intents everything is a question to answer.
        """
        if self._model is None:
            return IntentResult(None, 0.0, "L2", "answer")
        scores = self._model.scores(text[:LONGEST], np.asarray(embedding, dtype=np.float32))
        best = int(scores.argmax())
        confidence = float(self._calibrated(_features(scores[None]))[0])
        name = self._names[best]
        if name is None:
            return IntentResult(None, confidence, "L2", "answer")
        if confidence < self._threshold or scores[best] < LEAST:
            return IntentResult(None, max(0.5, 1 - confidence), "L2", "answer")
        return IntentResult(name, confidence, "L2", self.intents[name].action)

    def _train(self, examples: Sequence[_Example], encoder: Encoder) -> None:
        texts = [e.text for e in examples]
        labels = np.array([self._names.index(e.intent) for e in examples])
        spoken = np.array([e.spoken for e in examples])
        vectors = encoder.encode(texts)
        ngrams = NGrams(texts)
        alike = kernel.similarity(vectors, vectors) + ngrams.products(texts)
        targets = np.eye(len(self._names), dtype=np.float32)[labels]
        solution = kernel.solve(alike, targets)
        weights, left_out = solution.weights, solution.without_each()
        self._model = kernel.Ridge(
            vectors, np.ascontiguousarray(weights.T), ngrams, ngrams.spread(texts, weights)
        )
        known = spoken & np.array([self._names[label] is not None for label in labels])
        right = (left_out.argmax(axis=1) == labels) & known
        strangers = solution.without_group(labels)[known]
        features = np.concatenate([_features(left_out[known]), _features(strangers)])
        outcomes = np.r_[right[known], np.zeros(len(strangers))].astype(float)
        self._calibrated = logistic.fit(features, outcomes)
        kept = self._calibrated(_features(left_out[right])) if right.any() else np.zeros(1)
        self._threshold = float(np.quantile(kept, 1 - RETENTION))


def _features(scores: np.ndarray) -> np.ndarray:
    """Best score, its lead, and all scores together, one row an utterance."""
    if scores.shape[1] < 2:
        return np.c_[scores, scores, scores]
    two = np.partition(scores, -2, axis=1)[:, -2:]
    return np.c_[two[:, 1], two[:, 1] - two[:, 0], scores.sum(axis=1)]


@dataclass(frozen=True, slots=True)
class _Example:
    """spoken: something a caller said, not an intent's name or description, which only train."""

    text: str
    intent: str | None
    spoken: bool = True


def _examples(intents: Sequence[Intent], out_of_scope: Sequence[str]) -> list[_Example]:
    """Each text once, for the first intent that has it; evenly thinned out if there are too many."""
    found = [_Example(text.strip(), i.name) for i in intents for text in i.examples]
    found += [_Example(text.strip(), None) for text in out_of_scope]
    for intent in intents:
        if intent.patterns and not intent.examples:
            continue  # recognised by these alone
        about = (intent.name.replace("_", " "), intent.description.strip())
        found += [_Example(text, intent.name, not intent.examples) for text in about]
    unique: dict[str, _Example] = {}
    for example in found:
        if example.text:
            unique.setdefault(example.text, example)
    kept = list(unique.values())
    if len(kept) > LARGEST_TRAINING:
        chosen = np.random.default_rng(0).permutation(len(kept))[:LARGEST_TRAINING]
        kept = [kept[i] for i in sorted(chosen)]
    return kept


def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return re2.compile(pattern, options)
