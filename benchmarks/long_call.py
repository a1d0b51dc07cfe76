"""A call of ten minutes: does memory stay where it was?

python -m benchmarks.long_call [--minutes 10] [--json]

One session in real time, a question about every twelve seconds. Memory goes up and down by 10 MB
with each utterance, so a minute's reading is the lowest of its last fifteen seconds.
"""

import argparse
import asyncio
import gc
import json
import time
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.judging import read_questions
from benchmarks.spoken_questions import QUESTIONS
from benchmarks.voices import as_recording, piper
from bot.engine import load_engine
from bot.settings import read_settings
from bot.talking import talk
from bot.telemetry.logs import set_up_logs

SECONDS_A_QUESTION = 12.0
READ_SECONDS = 15


def memory_mb() -> dict[str, float]:
    """This process's memory: all that is resident, and what of it is its own.

    The rest is pages of files (models, index, libraries), which come in as they are first touched,
    are shared with other processes, and go when the system wants the room.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    named = {"resident_mb": "VmRSS", "own_mb": "RssAnon"}
    return {name: round(int(fields[key].split()[0]) / 1024, 1) for name, key in named.items()}


async def _lowest() -> dict[str, float]:
    """Of `READ_SECONDS` readings, one a second."""
    readings: list[dict[str, float]] = []
    for _ in range(READ_SECONDS):
        await asyncio.sleep(1)
        readings.append(memory_mb())
    return {name: min(reading[name] for reading in readings) for name in readings[0]}


async def measure(minutes: float) -> list[dict[str, float]]:
    """One row a minute: {minute, resident_mb, own_mb, objects, turns}."""
    settings = read_settings(idle_seconds=3600)
    engine = load_engine(settings)
    texts = [q.text for q in read_questions(QUESTIONS)]
    wanted = int(minutes * 60 / SECONDS_A_QUESTION * 1.5)
    spoken = {text: as_recording(piper(text)) for text in texts}
    rows: list[dict[str, float]] = []
    turns = 0

    def told(message: dict[str, Any]) -> None:
        nonlocal turns
        turns += message["type"] == "turn_complete"

    async def watch() -> None:
        began = time.monotonic()
        for minute in range(1, int(minutes) + 1):
            await asyncio.sleep(max(0.0, began + minute * 60 - READ_SECONDS - time.monotonic()))
            lowest = await _lowest()
            gc.collect()
            objects = len(gc.get_objects())
            rows.append({"minute": minute, **lowest, "objects": objects, "turns": turns})

    call = asyncio.create_task(
        talk(
            engine,
            settings,
            [spoken[t] for t in islice(cycle(texts), wanted)],
            on_message=told,
            keep=False,
        )
    )
    await watch()
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    return rows


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_up_logs("ERROR")
    rows = asyncio.run(measure(given.minutes))
    if given.json:
        print(json.dumps(rows))
        return
    print("| minute | resident MB | own MB | Python objects | turns |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(str(value) for value in row.values()) + " |")
    first, last = rows[0], rows[-1]
    drift = {name: last[name] - first[name] for name in ("resident_mb", "own_mb")}
    total, own = drift["resident_mb"], drift["own_mb"]
    print(f"\nAfter the first minute: {total:+.1f} MB, own {own:+.1f} MB")


if __name__ == "__main__":
    main()
