"""The load generator: a process with many callers, light enough to share the machine it measures.

    python -m benchmarks.capacity.load URL --door orchestrate --calls 100 --seconds 60

Prints two lines of JSON: {"measuring": true} once all calls are there, and what they found.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvloop

from benchmarks.capacity.browser import Browser, Peer
from benchmarks.capacity.caller import Heard
from benchmarks.capacity.doors import DOORS as SOCKETS
from benchmarks.capacity.doors import Line, Phone, on_line
from benchmarks.capacity.script import FRAME_SECONDS, recording
from benchmarks.capacity.wire import Refused, Wire

DOORS: dict[str, type[Line]] = {**SOCKETS, "browser": Browser}
PHASES = 4  # of the callers' clocks: not all send in the same moment
SETTLE_SECONDS = 12.0  # for each to have taken a turn
_RAMP = 20.0  # calls a second, at most
_TURN_SECONDS = 12.0  # of question and answer: callers who came at once would end theirs at once
_STARTS_WITHIN = 20.0  # seconds
clock = time.monotonic


async def run(url: str, door: str, calls: int, seconds: float, folder: Path) -> dict[str, Any]:
    """What `calls` callers found in `seconds`."""
    heard, kind = Heard(), DOORS[door]
    said = kind.said(recording(folder))
    lines = [on_line(kind, said, heard, seed) for seed in range(calls)]
    wires: list[Wire | Peer] = []
    late: list[float] = []
    ticking = [asyncio.create_task(_tick(lines[p::PHASES], p, late)) for p in range(PHASES)]
    refused = await _open(lines, url, wires)
    await asyncio.sleep(SETTLE_SECONDS + kind.greeted)
    heard.since, cpu = clock(), time.process_time()
    late.clear()
    print(json.dumps({"measuring": True}), flush=True)
    await asyncio.sleep(seconds)
    used = time.process_time() - cpu
    found = _found(heard) | {
        "calls": calls,
        "open": sum(wire.open for wire in wires),
        "refused": refused,
        "own_cpu": used / seconds,
        "late_p99_ms": _percentile(late, 99) * 1000,
    }
    heard.since = float("inf")
    for task in ticking:
        task.cancel()
    for wire in wires:
        wire.close()
    await asyncio.sleep(0.5)
    return found


async def _open(lines: list[Line], url: str, wires: list[Wire | Peer]) -> int:
    """How many were refused."""
    opening = list[asyncio.Task[None]]()
    for line in lines:
        opening.append(asyncio.create_task(_call(line, url, wires)))
        await asyncio.sleep(max(1 / _RAMP, _TURN_SECONDS / len(lines)))
    found = await asyncio.gather(*opening, return_exceptions=True)
    for error in found:
        if isinstance(error, BaseException) and not isinstance(error, Refused | OSError):
            raise error  # TimeoutError is an OSError: a server that does not answer refuses
    return sum(error is not None for error in found)


async def _call(line: Line, url: str, wires: list[Wire | Peer]) -> None:
    """Raises Refused, OSError."""
    if isinstance(line, Phone):
        line.answered(await _rings(url, line.rings))
    ready = asyncio.Event()

    def came(opcode: int, payload: bytes) -> None:
        line.came(opcode, payload, clock())
        if line.ready:
            ready.set()

    wire = await _connect(line, url, came)
    wires.append(wire)
    line.send = wire.send
    line.opened(clock())
    if not line.ready:
        async with asyncio.timeout(_STARTS_WITHIN):
            await ready.wait()


async def _connect(line: Line, url: str, came: Callable[[int, bytes], None]) -> Wire | Peer:
    if isinstance(line, Browser):
        return await Peer.connect(url, came)
    return await Wire.connect(url.replace("http", "ws", 1) + line.path, came)


async def _rings(url: str, form: dict[str, str]) -> bytes:
    """The webhook's TwiML. Raises Refused."""
    async with httpx.AsyncClient(timeout=_STARTS_WITHIN) as http:
        answer = await http.post(f"{url}/twilio/voice", data=form)
    if answer.status_code != 200:
        raise Refused(answer.status_code)
    return answer.content


async def _tick(lines: list[Line], phase: int, late: list[float]) -> None:
    at = clock() + phase * FRAME_SECONDS / PHASES
    while True:
        now = clock()
        if now < at:
            await asyncio.sleep(at - now)
            continue
        late.append(now - at)
        for line in lines:
            line.tick(now)
        at += FRAME_SECONDS


def _found(heard: Heard) -> dict[str, Any]:
    errors = sum(heard.errors.values())
    asked = heard.turns + heard.barges + errors
    return {
        "turns": heard.turns,
        "barges": heard.barges,
        "wait_p50_ms": _percentile(heard.waits, 50) * 1000,
        "wait_p95_ms": _percentile(heard.waits, 95) * 1000,
        "gap_ms": max(heard.gaps, default=0.0) * 1000,
        "gap_p99_ms": _percentile(heard.gaps, 99) * 1000,
        "errors": dict(heard.errors),
        "error_rate": errors / max(1, asked),
    }


def _percentile(values: list[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else 0.0


def main() -> None:
    """From the command line."""
    asks = argparse.ArgumentParser()
    asks.add_argument("url")
    asks.add_argument("--door", choices=sorted(DOORS), default="orchestrate")
    asks.add_argument("--calls", type=int, default=1)
    asks.add_argument("--seconds", type=float, default=60.0)
    asks.add_argument("--folder", type=Path, default=Path(".turnwise/bench"))
    given = asks.parse_args()
    found = uvloop.run(run(given.url, given.door, given.calls, given.seconds, given.folder))
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
