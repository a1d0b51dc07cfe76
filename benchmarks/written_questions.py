"""Asks the sample help desk 200 questions in text and judges the answers.

python -m benchmarks.written_questions [--json]

Search and answer only, without speech: what retrieval and the grounded answerer are worth by
themselves. Questions with a context follow up on another question, which is asked first.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.judging import REFUSALS, Question, Verdict, judge, read_questions
from bot.engine import Engine, load_knowledge
from bot.settings import read_settings
from bot.telemetry.logs import set_up_logs

QUESTIONS = Path(__file__).parent / "questions" / "written.yaml"


def ask(engine: Engine, question: Question) -> dict[str, Any]:
    """What is answered, and what that is worth."""
    embedding = engine.embed.encoder.encode([question.text])[0]
    hits = engine.search(question.text, embedding, question.context)
    answer = engine.answerer.answer(question.text, embedding, hits, about=question.context)
    quoted = engine.persona.quoting(answer.text, sure=answer.answered)
    reply = quoted or engine.persona.unknown
    return {
        "question": question.text,
        "answerable": bool(question.facts),
        "found": question.document in [hit.passage.document for hit in hits],
        "reply": reply,
        "nearest": bool(quoted) and not answer.answered,
        "confidence": round(float(answer.confidence), 4),
        "verdict": judge(reply, question, REFUSALS),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_up_logs("WARNING")
    engine = load_knowledge(read_settings())
    results = [ask(engine, question) for question in read_questions(QUESTIONS)]
    for result in results:
        if given.json:
            print(json.dumps(result))
        elif result["verdict"] != Verdict.RIGHT:
            print(f"{result['verdict']:8} {result['question']}\n         {result['reply']}")
    if not given.json:
        print(table(results))


def table(results: list[dict[str, Any]]) -> str:
    """Markdown."""
    known = Counter(r["verdict"] for r in results if r["answerable"])
    unknown = Counter(r["verdict"] for r in results if not r["answerable"])
    near = sum(r["nearest"] for r in results if not r["answerable"])
    return (
        "| questions | right | right, told as unsure | mixed | refused | wrong |\n"
        "|---|---|---|---|---|---|\n"
        f"| {known.total()} that the documents answer | {known[Verdict.RIGHT]} | "
        f"{known[Verdict.UNSURE]} | {known[Verdict.MIXED]} | {known[Verdict.REFUSED]} | "
        f"{known[Verdict.WRONG]} |\n| {unknown.total()} that they don't | "
        f"{unknown[Verdict.RIGHT]}, {near} with the nearest sentence | – | – | – | "
        f"{unknown[Verdict.WRONG]} |"
    )


if __name__ == "__main__":
    main()
