"""Who has the floor, in calls with real ears and simulated time.

python -m benchmarks.turn_taking [turns|overlaps] [--recordings DIR] [--half seen|unseen]
                                 [--only KIND] [--each N] [--list] [--json]

Scripted turns with pauses inside; people who interrupt the bot; and sounds that are none of its
business. VAD, Smart Turn, Moonshine, the state machine and the speech hold are the real ones; a
result comes after the seconds that the models take on two cores (`simulated.py`), so the figures
do not depend on what else the machine does. DIR: recordings of real sounds (docs/benchmarks.md);
without it they are made. seen: every second case, which the rules were made with.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.turn_taking.callers import line_noise
from benchmarks.turn_taking.knowledge import Knowledge
from benchmarks.turn_taking.one_call import Caller, Models, call
from benchmarks.turn_taking.overlaps import Overlap, answer, overlaps
from benchmarks.turn_taking.scoring import (
    OverlapResult,
    TurnResult,
    onset,
    overlap_result,
    turn_result,
)
from benchmarks.turn_taking.simulated import SimulatedRecognizer, simulate
from benchmarks.turn_taking.tables import overlaps_table, turns_table
from benchmarks.turn_taking.turns import Turn, recorded, scripted
from benchmarks.voices import RATE
from bot.services.local.silero import Silero
from bot.services.local.smart_turn import SmartTurn
from bot.telemetry.logs import set_up_logs

T = TypeVar("T")
ANSWERS_WITHIN = 6.0  # seconds after the opening


async def play_turn(models: Models, turn: Turn) -> TurnResult:
    """A call with one turn."""
    began = 0.0

    async def script(caller: Caller) -> None:
        nonlocal began
        await caller.waits(0.5)
        began = await caller.says(turn.samples)
        await caller.waits(2.5)

    told = await call(models, script, noise=line_noise(turn.quality))
    return turn_result(turn.name, turn.kind, told, began + turn.over)


async def play_overlap(models: Models, overlap: Overlap, number: int) -> OverlapResult:
    """A call with a question, a long answer, and a sound in it."""
    began, replies, sound = 0.0, list(answer()), overlap.make()
    turned = number % len(replies)

    async def script(caller: Caller) -> None:
        nonlocal began
        await caller.waits(0.3)
        await caller.says(overlap.opening)
        if not await caller.waits_for_the_bot(ANSWERS_WITHIN):
            print(f"No answer, not counted: {overlap.name}", file=sys.stderr)
        await caller.waits(1.2 + 0.3 * (number % 5))
        began = await caller.says(sound)
        await caller.waits(2.5)

    told = await call(
        models,
        script,
        replies[turned:] + replies[:turned],
        echo=overlap.echo,
        noise=line_noise(overlap.quality),
    )
    seconds, first = len(sound) / RATE, onset(sound)
    return overlap_result(
        overlap.name, overlap.kind, told, began + first, seconds - first, made=overlap.made
    )


def chosen(cases: Iterable[T], kind: Callable[[T], str], given: Any) -> Iterator[tuple[int, T]]:
    """The cases of a half, of a kind, at most so many of each."""
    numbers: dict[str, int] = {}
    for case in cases:
        number = numbers.get(kind(case), 0)
        numbers[kind(case)] = number + 1
        half = given.half is None or (number % 2 == 0) == (given.half == "seen")
        if half and given.only in (None, kind(case)) and number < given.each:
            yield number, case


def run(given: argparse.Namespace) -> tuple[list[TurnResult], list[OverlapResult]]:
    """All calls, one after the other."""
    models = Models(SimulatedRecognizer(), SmartTurn(), Silero(), Knowledge())
    turns, found = list[TurnResult](), list[OverlapResult]()
    if given.what != "overlaps":
        cases = chain(scripted(), recorded(given.recordings))
        for _, (_, make) in chosen(cases, lambda case: case[0], given):
            turns.append(simulate(play_turn(models, make())))
            _progress(given, turns[-1])
    if given.what != "turns":
        for number, overlap in chosen(overlaps(given.recordings), lambda case: case.kind, given):
            found.append(simulate(play_overlap(models, overlap, number)))
            _progress(given, found[-1])
    return turns, found


def _progress(given: argparse.Namespace, result: TurnResult | OverlapResult) -> None:
    if given.list:
        print(json.dumps(asdict(result)), file=sys.stderr, flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn_taking")
    parser.add_argument("what", nargs="?", choices=["turns", "overlaps"])
    parser.add_argument("--recordings", type=Path)
    parser.add_argument("--half", choices=["seen", "unseen"])
    parser.add_argument("--only", help="a kind: paused, recorded, barge-in, tic, …")
    parser.add_argument("--each", type=int, default=10_000, help="cases of each kind")
    parser.add_argument("--list", action="store_true", help="each result, to standard error")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    set_up_logs("ERROR")
    turns, found = run(given)
    if given.json:
        print(json.dumps([asdict(result) for result in (*turns, *found)]))
        return
    if turns:
        print(turns_table(turns))
    if found:
        print(overlaps_table(found))


if __name__ == "__main__":
    main()
