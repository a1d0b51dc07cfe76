"""From a message that another process publishes to the interruption in the call's pipeline.

    .venv/bin/python -m benchmarks.control_latency --times 300

    publisher process ──PUBLISH──► embedded store ──► this worker ──► pipeline ──► InterruptionFrame
    t0 just before                                              t1, decided ── t2, at the output

A whole pipeline with its models hears a quiet line in real time and speaks; each time it is cut,
nobody speaks after all, and it goes on. Both processes read CLOCK_MONOTONIC of one machine.
"""

import argparse
import asyncio
import functools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipecat.frames.frames import Frame, InterruptionFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from bot.engine import load_engine
from bot.opening import open_session
from bot.pipeline import spoken_parts
from bot.settings import read_settings
from bot.store import open_store
from conversation import listening
from conversation.controlling import Words
from conversation.states import State
from processors.frames import OrderFrame
from transports.wav import OUT_RATE, CallerEar, CallerMouth, wav_params

PUBLISHER = """
import sys, time, redis
client = redis.Redis.from_url(sys.argv[1])
for line in sys.stdin:
    at = time.monotonic()
    count = client.publish(sys.argv[2], '{"type": "user_speaking"}')
    print(count, at, flush=True)
"""
TALE = "The office of admissions is open from nine to five, on every day of the week but Sunday. "
PATIENCE = 30.0
GOES_ON = 0.4  # seconds after a cut


class Stamp(FrameProcessor):
    """Notes when interruptions pass."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = asyncio.Event()
        self.at = 0.0

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InterruptionFrame) and direction is FrameDirection.DOWNSTREAM:
            self.at = time.monotonic()
            self.passed.set()
        await self.push_frame(frame, direction)


class States:
    """What the client was told of the conversation's state."""

    def __init__(self) -> None:
        self.state = ""
        self._changed = asyncio.Event()

    def told(self, message: dict[str, Any]) -> None:
        if message.get("type") == "state_change":
            self.state = message["to"]
            self._changed.set()

    async def until(self, *states: State) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.state not in states:
                self._changed.clear()
                await self._changed.wait()


async def measure(times: int, folder: Path) -> list[tuple[float, float]]:
    """Milliseconds from publish until the interruption is decided and sent, and is at the output.

    Both once for each of the times.
    """
    settings = read_settings()
    engine = await asyncio.to_thread(load_engine, settings)
    store = await open_store(None, folder)
    params, states, stamp = wav_params(), States(), Stamp()
    mouth, ear = CallerMouth(params), CallerEar(params, states.told, keep=False)
    decided = 0.0

    def journal(entry: Mapping[str, Any]) -> None:
        nonlocal decided
        if entry.get("to") == State.INTERRUPT:
            decided = time.monotonic()
        store.append("s", entry)

    session = open_session(
        engine, settings, spoken_parts(engine), mouth, Pipeline([stamp, ear]), session_id="s",
        greet=False, sample_rate=OUT_RATE, journal=journal,
        hear=functools.partial(store.hear, "s"),
    )  # fmt: skip
    running = asyncio.create_task(session.run())
    assert store._server
    publisher = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PUBLISHER, store._server.url, "session:s:control",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert publisher.stdin
    assert publisher.stdout
    taken: list[tuple[float, float]] = []
    try:
        await states.until(State.LISTENING)
        while len(taken) < times:
            if states.state != State.SPEAKING:
                await session.worker.queue_frame(OrderFrame(Words(TALE * 8)))
                await states.until(State.SPEAKING)
            stamp.passed.clear()
            publisher.stdin.write(b"\n")
            count, at = (await publisher.stdout.readline()).split()
            assert int(count) == 1
            try:
                async with asyncio.timeout(2):
                    await stamp.passed.wait()
            except TimeoutError:  # the reply had just come to its end
                print("there was nothing to interrupt", file=sys.stderr)
                await states.until(State.IDLE)
                continue
            taken.append(((decided - float(at)) * 1000, (stamp.at - float(at)) * 1000))
            await states.until(State.LISTENING)
            await states.until(State.SPEAKING, State.IDLE)
    finally:
        publisher.kill()
        await publisher.wait()
        await session.drop()
        await running
        await store.close()
    return taken


def main() -> None:
    """Prints the median and the 99th percentile."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=300)
    times = parser.parse_args().times
    listening.REPORTED_SECONDS = GOES_ON  # sooner than in a call, where it is 3 s
    with tempfile.TemporaryDirectory() as folder:
        taken = asyncio.run(measure(times, Path(folder)))
    for name, column in zip(("decided", "at the output"), zip(*taken, strict=True), strict=True):
        cuts = statistics.quantiles(column, n=100)
        print(f"{name}: n {len(column)}, median {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")


if __name__ == "__main__":
    main()
