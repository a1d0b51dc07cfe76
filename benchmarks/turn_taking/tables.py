"""The results as the tables of docs/benchmarks.md."""

from collections.abc import Sequence

import numpy as np

from benchmarks.turn_taking.scoring import OverlapResult, TurnResult

LEAST = {"barge-in": 1.0, "backchannel": 0.8, "tic": 0.8, "to others": 0.8}
LEAST_OF_OTHERS = 0.95


def turns_table(results: Sequence[TurnResult]) -> str:
    """One row a kind of turn, and one of all."""
    lines = [
        "| turns | n | ended too early | share | wait: median | 95th percentile | never ended |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind in [*dict.fromkeys(result.kind for result in results), "all"]:
        of = [result for result in results if kind in (result.kind, "all")]
        early = sum(result.early > 0 for result in of)
        waits = [result.wait * 1000 for result in of if result.wait is not None]
        middle, late = np.percentile(waits, [50, 95]) if waits else (np.nan, np.nan)
        lines.append(
            f"| {kind} | {len(of)} | {early} | {100 * early / len(of):.1f} % | {middle:.0f} ms "
            f"| {late:.0f} ms | {len(of) - len(waits)} |"
        )
    return "\n".join(lines) + "\n"


def overlaps_table(results: Sequence[OverlapResult]) -> str:
    """One row a kind of sound."""
    lines = [
        "| sound over the bot | n | made | right | share | target | median | 95th percentile |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kind in dict.fromkeys(result.kind for result in results):
        of = [result for result in results if result.kind == kind]
        right, made = sum(result.right for result in of), sum(result.made for result in of)
        middle, late = np.percentile([result.seconds * 1000 for result in of], [50, 95])
        least = LEAST.get(kind, LEAST_OF_OTHERS)
        lines.append(
            f"| {kind} | {len(of)} | {made} | {right} | {right / len(of):.2f} | {least:.2f} "
            f"| {middle:.0f} ms | {late:.0f} ms |"
        )
    return "\n".join(lines) + "\n"
