"""The figures of a run, each beside what it should be."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.latency.plot import plot
from benchmarks.latency.run import TURNWISE, Call
from benchmarks.latency.targets import LEDGER_MS, OF_ALL, TARGETS

Row = dict[str, Any]


def rows(calls: Sequence[Call]) -> Iterator[Row]:
    """Each turn of each call, as JSON."""
    for call in calls:
        of = {"system": call.system, "profile": call.profile, "door": call.door}
        for turn, ledger in zip(call.turns, call.ledgers, strict=True):
            heard, row = turn.voice_to_voice_ms, {**of, **turn.told()}
            row.pop("answered_at")
            if ledger and heard is not None:
                row["ledger"] = ledger.rows
                row["ledger_ms"] = round(ledger.total_ms, 1)
                row["off_ms"] = round(heard - ledger.total_ms, 1)
                row["without_wait_ms"] = round(heard - ledger.wait_ms, 1)
                beyond = max(0.0, heard - ledger.total_ms)
                row["own_ms"] = round(ledger.own_ms + beyond, 1)
            yield row


def figures(calls: Sequence[Call]) -> Iterator[Row]:
    """Each figure of each system and profile, of all doors together and of each one."""
    found = list(rows(calls))
    for system, profile in dict.fromkeys((c.system, c.profile) for c in calls):
        those = [r for r in found if (r["system"], r["profile"]) == (system, profile)]
        doors = list(dict.fromkeys(r["door"] for r in those))
        for door in ["all", *doors] if len(doors) > 1 else doors:
            of = {"system": system, "profile": profile, "door": door}
            some = [r for r in those if door in ("all", r["door"])]
            yield from _figures(of, some)
        if system == TURNWISE:
            of = {"system": system, "profile": profile, "door": "all"}
            yield from _entering(of, [c for c in calls if c.profile == profile])


def _figures(of: Row, turns: list[Row]) -> Iterator[Row]:
    for name, field in (
        ("voice to voice", "voice_to_voice_ms"),
        ("without the wait", "without_wait_ms"),
        ("own share", "own_ms"),
        ("barge-in", "barge_in_ms"),
    ):
        values = [r[field] for r in turns if r.get(field) is not None]
        if values:
            yield _figure(of, name, values)


def _entering(of: Row, calls: Sequence[Call]) -> Iterator[Row]:
    for state in sorted({state for call in calls for state in call.entries}):
        yield _figure(of, f"enter {state}", [ms for c in calls for ms in c.entries.get(state, ())])


def _figure(of: Row, name: str, values: list[float]) -> Row:
    median, p95 = (round(float(v), 1) for v in np.percentile(values, [50, 95]))
    row = {**of, "figure": name, "n": len(values), "median_ms": median, "p95_ms": p95}
    most = TARGETS.get((of["profile"], name)) or OF_ALL.get(name)
    if most and of["system"] == TURNWISE:
        row |= {"most_median_ms": most.median, "most_p95_ms": most.p95}
        row["met"] = median <= most.median and p95 <= most.p95
    return row


def checks(calls: Sequence[Call]) -> Iterator[Row]:
    """What each call got wrong, and how far its ledgers are from what was heard."""
    for call in calls:
        turns = list(rows([call]))
        off = [r["off_ms"] for r in turns if "off_ms" in r]
        yield {
            "system": call.system,
            "profile": call.profile,
            "door": call.door,
            "turns": len(turns),
            "unanswered": sum(r["voice_to_voice_ms"] is None and not r["early"] for r in turns),
            "early": sum(r["early"] for r in turns),
            "went_on": sum(r["went_on"] for r in turns),
            "ledgers": len(off),
            "ledgers_true": sum(abs(ms) <= LEDGER_MS for ms in off),
            "ledger_off_most_ms": max(off, key=abs, default=None),
        }


def tables(calls: Sequence[Call]) -> str:
    """Markdown."""
    lines = [
        "| | profile | door | figure | n | median | 95th percentile | at most | |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in figures(calls):
        most = f"{row['most_median_ms']:g} · {row['most_p95_ms']:g} ms" if "met" in row else ""
        met = {True: "met", False: "missed", None: ""}[row.get("met")]
        lines.append(
            f"| {row['system']} | {row['profile']} | {row['door']} | {row['figure']} | {row['n']} "
            f"| {row['median_ms']:.0f} ms | {row['p95_ms']:.0f} ms | {most} | {met} |"
        )
    lines += [
        "",
        "| | profile | door | turns | unanswered | spoken into | went on | ledgers within"
        f" {LEDGER_MS:g} ms | largest difference |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in checks(calls):
        off = row["ledger_off_most_ms"]
        true = f"{row['ledgers_true']} of {row['ledgers']}" if row["ledgers"] else ""
        lines.append(
            f"| {row['system']} | {row['profile']} | {row['door']} | {row['turns']} "
            f"| {row['unanswered']} | {row['early']} | {row['went_on']} "
            f"| {true} | {'' if off is None else f'{off:+.1f} ms'} |"
        )
    return "\n".join(lines)


def write(calls: Sequence[Call], folder: Path) -> None:
    """latency.json and latency.svg. Raises ImportError without matplotlib."""
    found = {"figures": figures(calls), "checks": checks(calls), "turns": rows(calls)}
    whole = json.dumps({name: list(some) for name, some in found.items()}, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latency.json").write_text(whole + "\n", encoding="utf-8")
    plot(calls, folder / "latency.svg")
