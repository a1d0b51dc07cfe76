"""What it costs a call that Redis remembers it: event-loop time, and memory there.

python -m benchmarks.store_cost [--rounds 2000] [--sessions 1000] [--turns 20] [--json]

The entries are those of a real call (`store_entries.jsonl`), its turns repeated. Redis is the
embedded Valkey, in a process of its own. Event-loop time is CPU time of the thread: the `append`
calls of a transition, and what the writer does on the loop until all of it is in Redis.
"""

import argparse
import base64
import json
import tempfile
import time
from collections.abc import Iterator, Mapping
from itertools import cycle, groupby, islice
from pathlib import Path
from typing import Any

import numpy as np
import uvloop

from bot.settings import read_settings
from bot.store import Keeping, SessionStore, open_store

RECORDED = Path(__file__).with_name("store_entries.jsonl")
TARGET_MS = {"median": 0.3, "p99": 1.0}
TARGET_MB = 100
KEY = base64.b64encode(bytes(32)).decode()

Entry = Mapping[str, Any]


def recorded() -> list[Entry]:
    """The entries of the call, in order."""
    return [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]


def call(turns: int) -> Iterator[Entry]:
    """The entries of a call of so many turns: the recorded turns, over and over."""
    said = [list(of) for turn, of in groupby(recorded(), lambda e: e["turn"]) if turn]
    for number, entries in enumerate(islice(cycle(said), turns), 1):
        for entry in entries:
            yield {**entry, "turn": number, "at": time.time()}


def transitions() -> Iterator[list[Entry]]:
    """What is written with each transition: it, and the entries before it."""
    written: list[Entry] = []
    for entry in cycle(recorded()):
        written.append(entry)
        if entry["kind"] == "transition":
            yield written
            written = []


async def loop_ms(store: SessionStore, rounds: int, sessions: int) -> dict[str, float]:
    """{median, p99}: milliseconds of one transition, when each session makes one a round."""
    names = [f"s{number}" for number in range(sessions)]
    for name in names:
        await store.open(name, now=time.time())
    steps, took = transitions(), list[float]()
    for _ in range(rounds):
        started = time.thread_time()
        for name, entries in zip(names, steps, strict=False):
            for entry in entries:
                store.append(name, entry)
        await store.flush(within=60)
        took.append((time.thread_time() - started) * 1000 / sessions)
    for name in names:
        store.release(name)
    return {"median": float(np.median(took)), "p99": float(np.percentile(took, 99))}


async def used_mb(store: SessionStore, sessions: int, turns: int) -> dict[str, float]:
    """{used_mb, events}: what so many sessions take in a Redis that was empty; events of one."""
    before = await _used(store)
    for number in range(sessions):
        await store.open(f"session-{number:05}", now=time.time(), owner="0123456789abcdef")
        for entry in call(turns):
            store.append(f"session-{number:05}", entry)
        await store.flush(within=60)
    events = len(await store.events("session-00000"))
    return {"used_mb": (await _used(store) - before) / 1e6, "events": events}


async def _used(store: SessionStore) -> int:
    told = await store._client.info("memory")  # pyright: ignore[reportPrivateUsage]
    return int(told["used_memory"])


async def measure(rounds: int, sessions: int, turns: int) -> dict[str, dict[str, float]]:
    """A row for each measurement."""
    found: dict[str, dict[str, float]] = {}
    for name, key in (("plain", None), ("encrypted", KEY)):
        with tempfile.TemporaryDirectory() as folder:
            keeping = Keeping.of(read_settings(store_key=key))
            store = await open_store(None, Path(folder), keeping)
            found[f"{name}, {sessions} sessions"] = await used_mb(store, sessions, turns)
            for at_once in (1, 20):
                found[f"{name}, {at_once} at once"] = await loop_ms(store, rounds, at_once)
            await store.close()
    return found


def main() -> None:
    """Prints the figures."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--rounds", type=int, default=2000)
    asks.add_argument("--sessions", type=int, default=1000)
    asks.add_argument("--turns", type=int, default=20)
    asks.add_argument("--json", action="store_true")
    given = asks.parse_args()
    found = uvloop.run(measure(given.rounds, given.sessions, given.turns))
    if given.json:
        print(json.dumps(found))
        return
    for name, figures in found.items():
        print(f"{name:28}", *(f"{what} {value:.3f}" for what, value in figures.items()))
    print(f"targets: {TARGET_MS} ms of the event loop, {TARGET_MB} MB")


if __name__ == "__main__":
    main()
