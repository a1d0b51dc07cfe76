"""Asks the sample help desk its questions aloud and listens to the replies.

python -m benchmarks.spoken_questions [VOICE …] [--json]

Each question is a call of its own through the whole pipeline in real time: a voice asks, the
reply's audio is transcribed again, and its words are judged against the facts of the question.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from benchmarks.judging import REFUSALS, Question, Verdict, judge, read_questions
from benchmarks.voices import RATE, VOICES, as_recording
from bot.engine import Engine, load_engine
from bot.settings import Settings, read_settings
from bot.talking import talk
from bot.telemetry.logs import set_up_logs
from transports.wav import OUT_RATE

QUESTIONS = Path(__file__).parent / "questions" / "spoken.yaml"
Message = dict[str, Any]


async def ask(engine: Engine, settings: Settings, question: Question, voice: str) -> dict[str, Any]:
    """One call with one question; what was understood, said, heard, and how long it took."""
    told: list[Message] = []
    recording = as_recording(VOICES[voice](question.text))
    audio = await talk(engine, settings, [recording], on_message=told.append, greet=False)
    heard = engine.speech.recognizer.words(at_recognizers_rate(audio))
    verdict = judge(heard, question, REFUSALS)
    return {
        "voice": voice,
        "question": question.text,
        "answerable": bool(question.facts),
        "understood": _last(told, "transcript", "text", role="user", final=True),
        "said": _last(told, "transcript", "text", role="agent", final=True),
        "heard": heard,
        "verdict": verdict,
        "total_ms": _last(told, "turn_complete", "latency_breakdown").get("total_ms")
        if any(m["type"] == "turn_complete" for m in told)
        else None,
    }


def _last(told: list[Message], type_: str, field: str, **having: object) -> Any:
    matching = (m for m in reversed(told) if m["type"] == type_ and having.items() <= m.items())
    return next((m[field] for m in matching), "")


def at_recognizers_rate(audio: bytes) -> bytes:
    samples = np.frombuffer(audio, dtype=np.int16).astype(np.float32)
    return soxr.resample(samples, OUT_RATE, RATE).astype(np.int16).tobytes()


async def run(voices: list[str], *, as_json: bool) -> None:
    """All questions in all `voices`; one line a miss, then a table."""
    settings = read_settings()
    engine = load_engine(settings)
    questions = read_questions(QUESTIONS)
    results: list[dict[str, Any]] = []
    for voice in voices:
        for question in questions:
            result = await ask(engine, settings, question, voice)
            results.append(result)
            if as_json:
                print(json.dumps(result), flush=True)
            elif result["verdict"] != Verdict.RIGHT:
                print(
                    f"{result['verdict']:8} [{voice}] {question.text}\n"
                    f"         understood: {result['understood']}\n"
                    f"         heard: {result['heard']}",
                    flush=True,
                )
    if not as_json:
        print(table(results))


def table(results: list[dict[str, Any]]) -> str:
    """Markdown: right, refused, wrong of the answerable; honest and wrong of the others."""
    rows = [
        "| voice | right | told as unsure | mixed | refused | wrong | silent | others: honest "
        "| made up | ms |\n" + "|---" * 10 + "|",
    ]
    for voice in dict.fromkeys(r["voice"] for r in results):
        of_voice = [r for r in results if r["voice"] == voice]
        known = Counter(r["verdict"] for r in of_voice if r["answerable"])
        unknown = Counter(r["verdict"] for r in of_voice if not r["answerable"])
        times = [r["total_ms"] for r in of_voice if r["total_ms"]]
        rows.append(
            f"| {voice} | {known[Verdict.RIGHT]}/{known.total()} | {known[Verdict.UNSURE]} | "
            f"{known[Verdict.MIXED]} | "
            f"{known[Verdict.REFUSED]} | "
            f"{known[Verdict.WRONG]} | {known[Verdict.SILENT] + unknown[Verdict.SILENT]} | "
            f"{unknown[Verdict.RIGHT]}/{unknown.total()} | {unknown[Verdict.WRONG]} | "
            f"{np.median(times) if times else 0:.0f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", nargs="*", help=f"of: {', '.join(VOICES)}")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if unknown := [v for v in given.voices if v not in VOICES]:
        sys.exit(f"No voice is called {unknown[0]}: use {', '.join(VOICES)}.")
    set_up_logs("WARNING")
    asyncio.run(run(given.voices or list(VOICES), as_json=given.json))


if __name__ == "__main__":
    main()
