"""How sure the answerer is against how often it is right, on the sample help desk's 200 questions.

python -m benchmarks.calibration [--json]

For each threshold: how many of the questions that the documents answer are answered, how many of
the answers are right, and how many questions that they don't answer are refused.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchmarks.judging import Verdict, read_questions
from benchmarks.written_questions import QUESTIONS, ask
from bot.engine import load_knowledge
from bot.settings import read_settings
from bot.telemetry.logs import set_up_logs
from rag_index.answer import Answerer
from rag_index.answer_weights import THRESHOLD

THRESHOLDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, THRESHOLD, 0.7, 0.8, 0.9)


def at(threshold: float, results: Sequence[dict[str, Any]]) -> dict[str, float]:
    """What a caller would notice with this threshold."""
    known = [r for r in results if r["answerable"]]
    unknown = [r for r in results if not r["answerable"]]
    said = [r for r in known if r["confidence"] >= threshold]
    right = [r for r in said if r["verdict"] == Verdict.RIGHT]
    return {
        "threshold": threshold,
        "answered": len(said) / len(known),
        "right": len(right) / len(known),
        "right_of_answered": len(right) / max(len(said), 1),
        "honest": sum(r["confidence"] < threshold for r in unknown) / len(unknown),
    }


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_up_logs("WARNING")
    engine = load_knowledge(read_settings())
    engine = replace(engine, answerer=Answerer(engine.embed.encoder, threshold=0.0))
    results = [ask(engine, question) for question in read_questions(QUESTIONS)]
    rows = [at(threshold, results) for threshold in THRESHOLDS]
    if given.json:
        print(json.dumps(rows))
        return
    print("| threshold | answered | right | right of the answered | honest refusals |")
    print("|---|---|---|---|---|")
    for row in rows:
        cells = [f"{row[k]:.2f}" for k in ("answered", "right", "right_of_answered", "honest")]
        print(f"| {row['threshold']:.2f} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
