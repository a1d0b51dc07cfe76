"""How much of a turn's work is done before the turn is over.

python -m benchmarks.ahead [VOICE …] [--turns N] [--json]

Calls with the spoken questions, one after the other, through the whole pipeline in real time; each
call three times: as it is, without answering in the silence, and without transcribing in it either.
"Voice to voice" is the ledger's, from the end of the caller's speech to the first audio sent.
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
from bot.telemetry.lag import LoopLag
from bot.telemetry.logs import set_up_logs

WAYS = {"answered ahead": "always", "searched ahead": "never", "after the silence": "never"}
"""What is done in the silence, and TURNWISE_ANSWER_AHEAD for it."""


@dataclass
class Heard:
    """What one call showed. counted: "retrieval_ahead hit" and the like."""

    counted: Counter[str] = field(default_factory=Counter[str])
    lag: LoopLag = field(default_factory=LoopLag)
    words: list[str] = field(default_factory=list[str])
    ledgers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def count(self, name: str, **labels: str) -> None:
        """The operator's counter."""
        self.counted[f"{name} {labels.get('outcome', '')}"] += 1

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

    def until(self, part: str, percent: float = 50) -> float:
        """Milliseconds of `part` of the breakdown, at the median or another percentile."""
        took = [ledger[part] for ledger in self.ledgers if ledger["total_ms"]]
        return round(float(np.percentile(took, percent)), 1) if took else float("nan")

    @property
    def at_once(self) -> int:
        """Turns whose first audio was there when they were over."""
        return sum(
            row["end_ms"] == row["start_ms"]
            for ledger in self.ledgers
            for row in ledger["ledger"]
            if row["stage"] == "tts" and row["critical"] and ledger["total_ms"]
        )


def without_lulls(engine: Engine, parts: Parts) -> Parts:
    """The same, but the last transcript is begun when the VAD says that the caller stopped."""
    assert engine.speech
    return replace(parts, ears=(*parts.ears[:-1], MoonshineSTT(engine.speech.recognizer)))


async def call(engine: Engine, settings: Settings, recordings: list[np.ndarray], way: str) -> Heard:
    """One call with all `recordings`."""
    heard = Heard()
    settings = settings.model_copy(update={"answer_ahead": WAYS[way]})
    parts = replace(spoken_parts(engine), count=heard.count)
    if way == "after the silence":
        parts = without_lulls(engine, parts)
    heard.lag.start()
    await talk(
        engine, settings, recordings, on_message=heard.told, greet=False, keep=False, parts=parts
    )
    heard.lag.stop()
    return heard


async def run(voices: list[str], turns: int, *, as_json: bool) -> None:
    """All calls; one line each."""
    settings = read_settings()
    engine = load_engine(settings)
    questions = [question.text for question in read_questions(QUESTIONS)[:turns]]
    columns = [name for name in row("", "", Heard()) if name != "understood"]
    if not as_json:
        print("|", " | ".join(name.replace("_", " ") for name in columns), "|")
        print("|" + "---|" * len(columns))
    for voice in voices:
        recordings = [as_recording(VOICES[voice](text)) for text in questions]
        for way in WAYS:
            told = row(voice, way, await call(engine, settings, recordings, way))
            cells = (str(told[name]) for name in columns)
            print(json.dumps(told) if as_json else f"| {' | '.join(cells)} |")
            sys.stdout.flush()


def row(voice: str, way: str, heard: Heard) -> dict[str, Any]:
    """One call, milliseconds at the median if nothing else is said."""
    counted = heard.counted
    return {
        "voice": voice,
        "way": way,
        "turns": counted["retrieval_ahead hit"] + counted["retrieval_ahead miss"],
        "found_ahead": counted["retrieval_ahead hit"],
        "answers_begun": counted["answers_ahead begun"],
        "used": counted["answers_ahead used"],
        "thrown_away": counted["answers_ahead thrown_away"],
        "audio_at_once": heard.at_once,
        "turn_over_ms": heard.median("endpointing"),
        "waited_for_words_ms": heard.median("stt"),
        "voice_to_voice_ms": heard.until("total_ms"),
        "p95_ms": heard.until("total_ms", 95),
        "lag_worst_ms": round(heard.lag.worst * 1000, 1),
        "lags_over_5_ms": heard.lag.late,
        "understood": heard.words,
    }


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
