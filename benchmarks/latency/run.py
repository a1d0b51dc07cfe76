"""Holds the calls, one after the other, and yields each turn as it was heard."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.latency.caller import Step, hold
from benchmarks.latency.clips import USED, Clip, clips
from benchmarks.latency.ledgers import Ledger, entries, ledgers, of_answer
from benchmarks.latency.lines.orchestrate import orchestrate_line
from benchmarks.latency.lines.raw_pcm import raw_pcm_line
from benchmarks.latency.lines.twilio import TOKEN, twilio_line
from benchmarks.latency.lines.webrtc import webrtc_line
from benchmarks.latency.providers import ANSWER, Providers, Saying, providers
from benchmarks.latency.turns import Turn
from benchmarks.serving import Served, peer, turnwise

TURNWISE, PEER = "Turnwise", "Pipecat's example"
PROFILES = ("local", "providers")
DOORS: dict[str, Callable[[str], AbstractAsyncContextManager[Any]]] = {
    "orchestrate": orchestrate_line,
    "twilio": twilio_line,
    "webrtc": webrtc_line,
}
RAW = "raw PCM"
_LOCAL = {"TURNWISE_STT": "moonshine", "TURNWISE_LLM": "grounded", "TURNWISE_TTS": "hibari"}
_CALLS = {
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TURNWISE_MAX_SESSIONS": "4",
    "TURNWISE_MAX_CALL_SECONDS": "7200",
}
_RINGS = re.compile(r'"event": "telephone_rings".*?"session": "([^"]+)"')


@dataclass(frozen=True)
class Plan:
    """turns: of each profile and system, shared out among the doors. breaks: how many of them
    are said into the answer to the one before."""

    turns: int = 60
    breaks: int = 24
    doors: tuple[str, ...] = tuple(DOORS)
    profiles: tuple[str, ...] = PROFILES
    voices: tuple[str, ...] = USED
    peer: bool = True


@dataclass
class Call:
    """What came of one call. ledgers: of each turn, None where there is none."""

    system: str
    profile: str
    door: str
    turns: list[Turn]
    ledgers: list[Ledger | None]
    entries: dict[str, list[float]] = field(default_factory=dict[str, list[float]])


def calls(plan: Plan, data: Path, told: Callable[[str], None]) -> Iterator[Call]:
    """data: a folder for the servers' data, their logs, and the clips."""
    said = clips(data / "clips", plan.voices, plan.turns)
    for profile in plan.profiles:
        with _environment(profile) as given:
            with turnwise(data, data / "turnwise.log", {**_CALLS, **given.environment}) as served:
                for number, door in enumerate(plan.doors):
                    steps = steps_of(said[number :: len(plan.doors)], plan)
                    told(f"{TURNWISE}, {profile}, {door}: {len(steps)} turns")
                    held = asyncio.run(_hold(DOORS[door], served, steps, given))
                    yield _as_call(profile, door, served, *held)
            if not plan.peer:
                continue
            options = ["--answer", ANSWER, *(["--hosted"] if profile == "providers" else [])]
            with peer(data / "peer.log", given.environment, *options) as served:
                steps = steps_of(said, plan)
                told(f"{PEER}, {profile}: {len(steps)} turns")
                turns, _ = asyncio.run(_hold(raw_pcm_line, served, steps, given))
                yield Call(PEER, profile, RAW, turns, [None] * len(turns))


@contextmanager
def _environment(profile: str) -> Iterator[Providers]:
    if profile == "local":
        yield Providers(_LOCAL, Saying())
        return
    with providers() as given:
        yield given


def steps_of(said: Sequence[Clip], plan: Plan) -> list[Step]:
    """Those that break in are spread evenly; the first one never does."""
    counts = [i * plan.breaks // plan.turns for i in range(len(said) + 1)]
    return [
        Step(clip, breaks_in=number > 0 and counts[number + 1] > counts[number])
        for number, clip in enumerate(said)
    ]


async def _hold(
    door: Callable[[str], AbstractAsyncContextManager[Any]],
    served: Served,
    steps: Sequence[Step],
    given: Providers,
) -> tuple[list[Turn], Any]:
    async with door(served.address) as line:
        return await hold(line, steps, given.saying.begin), line


def _as_call(profile: str, door: str, served: Served, turns: list[Turn], line: Any) -> Call:
    session_id = line.session_id or _RINGS.findall(served.log.read_text(errors="replace"))[-1]
    found, wall = ledgers(served.address, session_id), time.time() - time.monotonic()
    answered = [turn.answered_at for turn in turns]
    ends = [*answered[1:], None]
    matched = [
        None if at is None else of_answer(found, at + wall, (until or at + 60.0) + wall)
        for at, until in zip(answered, ends, strict=True)
    ]
    return Call(TURNWISE, profile, door, turns, matched, entries(line.messages))
