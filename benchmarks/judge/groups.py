"""What the judge learns from: a question, the sentence that answers it, and some that don't."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.judge.desks import Asked, Desk, Sentence
from rag_index.encoder import Encoder
from rag_index.sentences import sentences

NEAR = 8  # sentences most like the question
ELSEWHERE = 2  # others of the same document
DESKS = 24  # that are looked at for what asks nothing
SAME = 0.88  # sentences more alike than this say the same


@dataclass(frozen=True)
class Group:
    """right: the sentence that answers, None if none does. wrong: the nearest first."""

    question: str
    right: str | None
    wrong: Sequence[str]


def groups(desk: Desk, encoder: Encoder, rng: random.Random) -> Iterator[Group]:
    """One a question, the wrong sentences found by the vectors that retrieval uses too."""
    texts = [s.in_context for s in desk.sentences]
    alone = encoder.encode([s.text for s in desk.sentences])
    alike = encoder.encode([a.text for a in desk.asked]) @ (alone + 0.7 * encoder.encode(texts)).T
    for asked, row in zip(desk.asked, alike, strict=True):
        order = [int(i) for i in np.argsort(-row)]
        if asked.answered:
            own = alone @ alone[asked.at]
            wrong = [i for i in order if i != asked.at and own[i] < SAME][:NEAR]
        else:
            wrong = list(dict.fromkeys([asked.at, *order]))[:NEAR]
        document = desk.sentences[asked.at].document
        rest = [
            i
            for i, s in enumerate(desk.sentences)
            if s.document == document and i != asked.at and i not in wrong
        ]
        wrong += rng.sample(rest, min(ELSEWHERE, len(rest)))
        yield Group(
            asked.text, texts[asked.at] if asked.answered else None, [texts[i] for i in wrong]
        )


def asking_nothing(
    said: Sequence[str], desks: Sequence[Desk], encoder: Encoder, rng: random.Random
) -> Iterator[Group]:
    """What asks nothing is answered by no sentence, of whatever desk: of two for each, about."""
    vectors = encoder.encode(said)
    for desk in rng.sample(desks, min(DESKS, len(desks))):
        table = encoder.encode([s.text for s in desk.sentences])
        for at in rng.sample(range(len(said)), 2 * len(said) // DESKS):
            nearest = np.argsort(-(table @ vectors[at]))[:NEAR]
            yield Group(said[at], None, [desk.sentences[int(i)].in_context for i in nearest])


def read_squad(path: Path) -> list[Desk]:
    """Articles in SQuAD 2's format: the sentence that holds the answer is the right one."""
    return [_article(a) for a in json.loads(path.read_text(encoding="utf-8"))["data"]]


def _article(article: dict) -> Desk:
    title = article["title"].replace("_", " ")
    found: list[Sentence] = []
    asked: list[Asked] = []
    for paragraph in article["paragraphs"]:
        parts = sentences(paragraph["context"])
        for qa in paragraph["qas"]:
            places = qa["answers"] or qa.get("plausible_answers") or []
            start = places[0]["answer_start"] if places else -1
            at = next((i for i, p in enumerate(parts) if p.start <= start < p.end), None)
            if at is not None:
                answered = not qa.get("is_impossible", False)
                asked.append(Asked(qa["question"].strip(), len(found) + at, answered))
        found += [Sentence(title, None, p.text) for p in parts]
    return Desk(title, found, asked)
