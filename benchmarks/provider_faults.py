"""What a caller hears when a provider fails, and when: each provider, each fault.

python -m benchmarks.provider_faults [PROVIDER …] [--json]        (make bench-faults)

Each line is a call of its own through the whole pipeline in real time: a recorded question, one
provider that fails (an emulator on loopback, at the source design's latencies), and behind it the
one on this machine. What the caller hears is transcribed again. The table is Markdown.

    first sound   from the caller's last sample to the first of the answer
    silence       the longest one within the answer
    lost          from the request to the provider that fails until it was given up

A call that breaks a promise is made again, at most twice: a machine with other work has its own
silences. What is broken each time is broken.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soxr

from benchmarks.spoken_questions import at_recognizers_rate
from benchmarks.timed_ear import TimedEar
from benchmarks.voices import RATE, as_recording, hibari
from bot.engine import Engine, load_engine
from bot.services.failover.switchboard import Switchboard
from bot.services.provider import Provider
from bot.services.registry import services_of
from bot.settings import Settings
from bot.talking import talk
from bot.telemetry.logs import set_up_logs
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.facts import canonical
from tests.bot.services.emulated import settings_for
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator, Fault
from tests.emulators.gemini import GeminiEmulator
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.groq import GroqEmulator

KNOWLEDGE = Path(__file__).parents[1] / "knowledge"
QUESTION = "How much is the application fee for first-year applicants?"
SAID = (
    "The application fee for first-year applicants is sixty dollars. "
    "It is due together with the application itself."
)
PROVIDERS: dict[str, tuple[str, type[Emulator], float, int]] = {
    # kind, emulator, seconds to its first byte, pieces after which it fails midway
    "stt groq": ("stt", GroqEmulator, 0.05, 2),
    "llm groq": ("llm", GroqEmulator, 0.1, 14),
    "llm gemini": ("llm", GeminiEmulator, 0.1, 14),
    "llm openai": ("llm", GroqEmulator, 0.1, 14),
    "tts elevenlabs": ("tts", ElevenLabsEmulator, 0.075, 12),
    "tts google": ("tts", GoogleTTSEmulator, 0.075, 12),
}
BETWEEN = {"stt": 0.01, "llm": 0.02, "tts": 0.02}
MOST_SILENCE = 2.5
TRIES = 3
AFTER = 3.0  # seconds that a caller waits for a sign of life before hanging up
Row = dict[str, Any]


def rows(engine: Engine, settings: Settings, names: list[str]) -> Iterator[Row]:
    """One call for each provider and fault, and one without any."""
    silence = np.zeros(int(AFTER * RATE), dtype=np.int16)  # in which the caller waits
    recording = np.concatenate([as_recording(hibari(QUESTION)), silence])
    asyncio.run(one(engine, settings, names[0], None, recording))  # the first is a slow one
    for name in names:
        for fault in (None, *Fault):
            if (PROVIDERS[name][0], fault) == ("stt", Fault.NO_AUDIO):
                continue  # to hear no words is no fault
            for _ in range(TRIES):
                row = asyncio.run(one(engine, settings, name, fault, recording))
                if not broken([row]):
                    break
            yield row


async def one(
    engine: Engine, settings: Settings, name: str, fault: Fault | None, recording: np.ndarray
) -> Row:
    """One call with one provider, whatever happens to it."""
    kind, make, first_byte, fails_after = PROVIDERS[name]
    with ExitStack() as stack:
        emulator = stack.enter_context(make())
        emulator.pace.first_byte, emulator.pace.between = first_byte, BETWEEN[kind]
        emulator.fails_after, emulator.slow = fails_after, 5.0
        _speaks_sense(emulator, engine)
        provider = _provider(name, emulator)
        board, services = Switchboard(), engine.services
        services = replace(services, **{kind: [provider, *getattr(services, kind)]}, board=board)
        emulator.fault = fault
        return await _called(replace(engine, services=services), settings, name, fault, recording)


async def _called(
    engine: Engine, settings: Settings, name: str, fault: Fault | None, recording: np.ndarray
) -> Row:
    kind, _, provider = name.partition(" ")
    told: list[dict[str, Any]] = []
    ear = TimedEar()
    await talk(
        engine, settings, [recording], on_message=told.append, greet=False, on_audio=ear.hears
    )
    done = next((m for m in told if m["type"] == "turn_complete"), None)
    ledger = done["latency_breakdown"]["ledger"] if done else []
    lost = [r for r in ledger if r.get("failed")]
    heard = engine.speech.recognizer.words(at_recognizers_rate(bytes(ear.audio)))
    board = engine.services.board
    return {
        "provider": provider,
        "kind": kind,
        "fault": fault.name.lower() if fault else "none",
        "known_as": ", ".join(fault for _, _, fault in board.faults),
        "served": next((r["provider"] for r in ledger if r["stage"] == kind and r["critical"]), ""),
        "first_sound_ms": done["latency_breakdown"]["total_ms"] if done else None,
        "silence_ms": round(ear.longest_gap * 1000),
        "lost_ms": round(lost[0]["end_ms"] - lost[0]["start_ms"]) if lost else 0,
        "heard": heard,
        "twice": said_twice(heard),
        "errors": [m["code"] for m in told if m["type"] == "error"],
    }


def said_twice(heard: str) -> list[str]:
    """The runs of six words that come twice: no sentence of ours repeats itself."""
    words = canonical(heard).split()
    runs = [" ".join(words[i : i + 6]) for i in range(len(words) - 5)]
    return sorted({run for run in runs if runs.count(run) > 1})


def _speaks_sense(emulator: Emulator, engine: Engine) -> None:
    match emulator:
        case GroqEmulator():
            emulator.reply, emulator.transcript = (lambda _: SAID), (lambda _: QUESTION)
        case GeminiEmulator():
            emulator.reply = lambda _: SAID
        case ElevenLabsEmulator() | GoogleTTSEmulator():
            voice = engine.speech.voice
            emulator.speech = lambda text, rate: _at(voice.pcm(text), voice.sample_rate, rate)
        case _:
            raise TypeError(emulator)


def _at(pcm: bytes, have: int, want: int) -> bytes:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return soxr.resample(samples, have, want).astype("<i2").tobytes()


def _provider(name: str, emulator: Emulator) -> Provider[Any]:
    kind, _, short = name.partition(" ")
    if short == "openai" and isinstance(emulator, GroqEmulator):
        url, key, model = emulator.openai_url, emulator.key, emulator.models[0]
        settings = settings_for(llm_url=url, llm_key=key, llm_model=model, llm="openai")
    else:
        settings = settings_for(emulator, **{kind: short})
    only = {other: () for other in ("stt", "llm", "tts") if other != kind}
    return getattr(services_of(settings.model_copy(update=only), {}), kind)[0]


def table(found: list[Row]) -> str:
    """Markdown, a line a call."""
    lines = [
        "| provider | fault | known as | first sound | silence | lost | served | heard |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        first = row["first_sound_ms"]
        lines.append(
            f"| {row['kind']} {row['provider']} | {row['fault']} | {row['known_as'] or '–'} | "
            f"{'never' if first is None else f'{first:.0f} ms'} | {row['silence_ms']} ms | "
            f"{row['lost_ms']} ms | {row['served'] or '–'} | {row['heard']} |"
        )
    return "\n".join(lines)


def broken(found: list[Row]) -> list[str]:
    """What must never be and was."""
    problems = []
    for row in found:
        which = f"{row['kind']} {row['provider']}, {row['fault']}"
        first = row["first_sound_ms"]
        if first is None or not row["heard"]:
            problems.append(f"{which}: nothing was heard")
        elif max(first, row["silence_ms"]) > MOST_SILENCE * 1000:
            problems.append(f"{which}: silence for {max(first, row['silence_ms']):.0f} ms")
        if row["twice"]:
            problems.append(f"{which}: said twice: {row['twice']}")
        if row["errors"]:
            problems.append(f"{which}: the caller was told of {row['errors']}")
    return problems


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("providers", nargs="*", help=f"of: {', '.join(PROVIDERS)}")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if unknown := [name for name in given.providers if name not in PROVIDERS]:
        sys.exit(f"No provider is called {unknown[0]}: use {', '.join(PROVIDERS)}.")
    set_up_logs("CRITICAL")
    with tempfile.TemporaryDirectory() as folder:
        build([KNOWLEDGE / "documents"], Path(folder) / "index", MiniLMEncoder(threads=2))
        settings = Settings(_env_file=None, data=Path(folder), knowledge=KNOWLEDGE)  # type: ignore[call-arg]
        engine = load_engine(settings)
        found = []
        for row in rows(engine, settings, given.providers or list(PROVIDERS)):
            found.append(row)
            print(json.dumps(row), file=sys.stdout if given.json else sys.stderr, flush=True)
    if not given.json:
        print(table(found))
    if problems := broken(found):
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
