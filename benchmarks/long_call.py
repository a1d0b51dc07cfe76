"""A call of ten minutes: does memory stay where it was?

python -m benchmarks.long_call [--minutes 10] [--json]

One session in real time, a question about every twelve seconds; resident memory and live objects
are read once a minute.
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


def resident_mb() -> float:
    """This process's resident memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmRSS")


async def measure(minutes: float) -> list[dict[str, float]]:
    """One row a minute: {minute, resident_mb, objects, turns}."""
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
        for minute in range(int(minutes) + 1):
            await asyncio.sleep(max(0.0, began + minute * 60 - time.monotonic()))
            gc.collect()
            rows.append(
                {
                    "minute": minute,
                    "resident_mb": round(resident_mb(), 1),
                    "objects": len(gc.get_objects()),
                    "turns": turns,
                }
            )

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
    print("| minute | resident MB | Python objects | turns |\n|---|---|---|---|")
    for row in rows:
        print(f"| {row['minute']} | {row['resident_mb']} | {row['objects']} | {row['turns']} |")
    drift = rows[-1]["resident_mb"] - rows[min(1, len(rows) - 1)]["resident_mb"]
    print(f"\nChange after the first minute: {drift:+.1f} MB")


if __name__ == "__main__":
    main()
