"""How much of a turn's work is done before the turn is over.

python -m benchmarks.ahead [VOICE …] [--turns N] [--json]

Calls with the spoken questions, one after the other, through the whole pipeline in real time; each
call twice: as it is, and without making the last transcript as soon as the caller falls silent.
"""

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.judging import read_questions
from benchmarks.spoken_questions import QUESTIONS
from benchmarks.voices import VOICES, as_recording
from bot.engine import Engine, load_engine
from bot.pipeline import Parts, spoken_parts
from bot.services.local.moonshine import MoonshineSTT
from bot.settings import Settings, read_settings
from bot.talking import talk
from bot.telemetry.logs import set_up_logs


@dataclass
class Heard:
    """What one call showed."""

    outcomes: Counter[str] = field(default_factory=Counter[str])
    words: list[str] = field(default_factory=list[str])
    ledgers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def count(self, name: str, **labels: str) -> None:
        """The operator's counter."""
        if name == "retrieval_ahead":
            self.outcomes[labels["outcome"]] += 1

    def told(self, message: dict[str, Any]) -> None:
        """The server's messages."""
        if message["type"] == "turn_complete":
            self.ledgers.append(message["latency_breakdown"])
        elif message["type"] == "transcript" and message["role"] == "user" and message["final"]:
            self.words.append(message["text"])

    def median(self, stage: str) -> float:
        """Milliseconds that `stage` took."""
        took = [
            row["end_ms"] - row["start_ms"]
            for ledger in self.ledgers
            for row in ledger["ledger"]
            if row["stage"] == stage
        ]
        return round(float(np.median(took)), 1) if took else float("nan")

    def until(self, part: str) -> float:
        """Milliseconds of `part` of the breakdown, at the median."""
        took = [ledger[part] for ledger in self.ledgers if ledger["total_ms"]]
        return round(float(np.median(took)), 1) if took else float("nan")


def without_lulls(engine: Engine, parts: Parts) -> Parts:
    """The same, but the last transcript is begun when the VAD says that the caller stopped."""
    assert engine.speech
    return replace(parts, ears=(*parts.ears[:-1], MoonshineSTT(engine.speech.recognizer)))


async def call(
    engine: Engine, settings: Settings, recordings: list[np.ndarray], *, early: bool
) -> Heard:
    """One call with all `recordings`."""
    heard = Heard()
    parts = replace(spoken_parts(engine), count=heard.count)
    if not early:
        parts = without_lulls(engine, parts)
    await talk(
        engine, settings, recordings, on_message=heard.told, greet=False, keep=False, parts=parts
    )
    return heard


async def run(voices: list[str], turns: int, *, as_json: bool) -> None:
    """All calls; one line each."""
    settings = read_settings()
    engine = load_engine(settings)
    questions = [question.text for question in read_questions(QUESTIONS)[:turns]]
    if not as_json:
        print("| voice | last transcript | from ahead | share | silence to words | waited for words"
              " | search | voice to voice |\n|---|---|---|---|---|---|---|---|")  # fmt: skip
    for voice in voices:
        recordings = [as_recording(VOICES[voice](text)) for text in questions]
        for early in (True, False):
            heard = await call(engine, settings, recordings, early=early)
            print(json.dumps(row(voice, early, heard)) if as_json else line(voice, early, heard))
            sys.stdout.flush()


def row(voice: str, early: bool, heard: Heard) -> dict[str, Any]:
    """One call as JSON."""
    return {
        "voice": voice,
        "early_transcript": early,
        "hits": heard.outcomes["hit"],
        "turns": heard.outcomes.total(),
        "voice_to_words_ms": heard.until("stt_ms"),
        "waited_for_words_ms": heard.median("stt"),
        "retrieval_ms": heard.median("retrieval"),
        "total_ms": heard.until("total_ms"),
        "understood": heard.words,
    }


def line(voice: str, early: bool, heard: Heard) -> str:
    """One call as a row of the table."""
    hits, turns = heard.outcomes["hit"], heard.outcomes.total()
    share = 100 * hits / turns if turns else 0.0
    return (
        f"| {voice} | {'in the silence' if early else 'after it'} | {hits}/{turns} | {share:.0f} % "
        f"| {heard.until('stt_ms'):.0f} ms | {heard.median('stt'):.0f} ms "
        f"| {heard.median('retrieval'):.1f} ms | {heard.until('total_ms'):.0f} ms |"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("voices", nargs="*", help=f"of: {', '.join(VOICES)}")
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if unknown := [v for v in given.voices if v not in VOICES]:
        sys.exit(f"No voice is called {unknown[0]}: use {', '.join(VOICES)}.")
    set_up_logs("WARNING")
    voices = given.voices or ["hibari", "piper, hesitant"]
    asyncio.run(run(voices, given.turns, as_json=given.json))


if __name__ == "__main__":
    main()
