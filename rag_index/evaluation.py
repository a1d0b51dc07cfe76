"""How good intents and retrieval are, measured on files of examples."""

from __future__ import annotations

import json
import re
import tempfile
import time
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from rag_index.answer import Answerer
from rag_index.encoder import Encoder, MiniLMEncoder
from rag_index.index import build, load
from rag_index.intents import Intent, IntentClassifier
from rag_index.quoting import GroundedAnswer
from rag_index.search import Searcher

T = TypeVar("T")


class ExamplesProblem(ValueError):
    """A file of examples that cannot be used: one line with file and line."""


def evaluate_intents(train: Path, test: Path, encoder: Encoder | None = None) -> dict[str, Any]:
    """Rows {"text", "intent"}, intent null = out of scope. p50 and p99: a verdict, its embedding given.

    in_scope_accuracy counts a refusal as wrong; oos_recall is None if no row is out of scope.
    """
    encoder = encoder or MiniLMEncoder(threads=2)
    learnt, asked = _rows(train, ("text", "intent")), _rows(test, ("text", "intent"))
    examples: dict[str, list[str]] = {}
    for row in learnt:
        if row["intent"] is not None:
            examples.setdefault(str(row["intent"]), []).append(str(row["text"]))
    intents = [Intent(name=name, examples=tuple(texts)) for name, texts in examples.items()]
    strangers = [str(row["text"]) for row in learnt if row["intent"] is None]
    began = time.perf_counter()
    classifier = IntentClassifier(intents, encoder, strangers)
    trained = time.perf_counter() - began
    texts = [str(row["text"]) for row in asked]
    vectors = encoder.encode(texts)
    right: dict[bool, list[bool]] = {True: [], False: []}
    seconds: list[float] = []
    for row, text, vector in zip(asked, texts, vectors, strict=True):
        result = _timed(lambda t=text, v=vector: classifier.classify(t, v), seconds)
        right[row["intent"] is not None].append(result.intent == row["intent"])
    return {
        "in_scope_accuracy": _mean(right[True]),
        "oos_recall": _mean(right[False]),
        "n": len(asked),
        "train_s": round(trained, 2),
        **_percentiles(seconds),
    }


def evaluate_retrieval(
    passages: Path, questions: Path, encoder: Encoder | None = None
) -> dict[str, Any]:
    """Rows {"id", "title", "text"} and {"question", "document", "answers"}.

    answer_in_reply: the share of questions whose reply, of two sentences of the documents at most, holds
    one of `answers`; told_as_unsure: the share that does and is said as what may be the answer.
    p50 and p99: search and answer together, the question's embedding given.
    """
    encoder = encoder or MiniLMEncoder(threads=2)
    asked = _rows(questions, ("question", "document", "answers"))
    _rows(passages, ("id", "text"))
    with tempfile.TemporaryDirectory() as folder:
        build([passages], Path(folder), encoder)
        searcher = Searcher(load(Path(folder), encoder.name), encoder)
        answerer = Answerer(encoder)
        ranks: list[int] = []
        held: list[bool] = []
        unsure: list[bool] = []
        seconds: list[float] = []
        for row in asked:
            question, vector = str(row["question"]), encoder.encode([str(row["question"])])[0]
            hits, answer = _timed(
                lambda q=question, v=vector: _ask(searcher, answerer, q, v), seconds
            )
            documents = list(dict.fromkeys(h.passage.document for h in hits))
            ranks.append(
                documents.index(row["document"]) if row["document"] in documents else len(documents)
            )
            held.append(_holds(answer.text, row["answers"]))
            unsure.append(held[-1] and not answer.answered)
    return {
        **{f"recall_at_{k}": _mean([r < k for r in ranks]) for k in (1, 3, 5)},
        "answer_in_reply": _mean(held),
        "told_as_unsure": _mean(unsure),
        "n": len(asked),
        **_percentiles(seconds),
    }


def _ask(
    searcher: Searcher, answerer: Answerer, question: str, vector: np.ndarray
) -> tuple[list[Any], GroundedAnswer]:
    hits = searcher.search(question, vector, k=8)
    return hits, answerer.answer(question, vector, hits[:5])


def _holds(reply: str, answers: Sequence[str]) -> bool:
    words = f" {_words(reply)} "
    return any(f" {_words(a)} " in words for a in answers if _words(a))


def _words(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(re.findall(r"\w+|[%$£€]", plain))


def _timed(work: Callable[[], T], seconds: list[float]) -> T:
    began = time.perf_counter()
    result = work()
    seconds.append(time.perf_counter() - began)
    return result


def _percentiles(seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {"p50_ms": None, "p99_ms": None}
    p50, p99 = np.percentile(seconds, [50, 99]) * 1000
    return {"p50_ms": round(float(p50), 3), "p99_ms": round(float(p99), 3)}


def _mean(values: Sequence[bool]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _rows(path: Path, needed: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of a JSONL file. Raises ExamplesProblem."""
    rows: list[dict[str, Any]] = []
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExamplesProblem(
            f"{path}: cannot be read as UTF-8 text ({type(error).__name__})."
        ) from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise ExamplesProblem(f"{path}:{number}: is not JSON: {error.msg}.") from error
        missing = [n for n in needed if not isinstance(row, dict) or n not in row]
        if missing:
            raise ExamplesProblem(f"{path}:{number}: has no {' and no '.join(missing)}.")
        rows.append(row)
    if not rows:
        raise ExamplesProblem(f"{path}: holds no rows.")
    return rows
