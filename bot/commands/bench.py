"""`runner.py bench …`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from bot.commands.progress import shown
from bot.settings import read_settings


def retrieval(*, passages: int, built: int, as_json: bool) -> None:
    """Prints each figure with its target. The index that is searched is kept for next time."""
    from benchmarks.retrieval import measure

    with shown() as told:
        rows = measure(read_settings().data / "bench", told, many=passages, built=built)
    if as_json:
        for row in rows:
            typer.echo(
                json.dumps({**row._asdict(), "met": row.most is None or row.value <= row.most})
            )
        return
    table = Table("", "measured", "by the clock", "at most", "")
    for row in rows:
        met = "" if row.most is None else "met" if row.value <= row.most else "missed"
        by_clock = "" if row.wall is None else f"{row.wall:.1f}"
        most = "" if row.most is None else f"{row.most:g}"
        table.add_row(row.name, f"{row.value:.1f} {row.unit}", by_clock, most, met)
    Console(width=110).print(table)


def latency(
    *,
    turns: int,
    breaks: int,
    doors: tuple[str, ...],
    profiles: tuple[str, ...],
    peer: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Prints each turn as JSON, or the tables.

    out: a folder for latency.json and latency.svg, written after each call: half an hour is not
    lost with the last one.
    """
    from benchmarks.latency import run, summary

    _check("door", doors, tuple(run.DOORS))
    _check("profile", profiles, run.PROFILES)
    plan = run.Plan(turns=turns, breaks=breaks, doors=doors, profiles=profiles, peer=peer)
    calls: list[run.Call] = []
    for call in run.calls(plan, read_settings().data / "bench" / "latency", _noted):
        calls.append(call)
        if as_json:
            for row in summary.rows([call]):
                typer.echo(json.dumps(row))
        if out is not None:
            summary.write(calls, out)
    if as_json:
        for row in [*summary.figures(calls), *summary.checks(calls)]:
            typer.echo(json.dumps(row))
    else:
        typer.echo(summary.tables(calls))


def _check(kind: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    if unknown := [name for name in given if name not in known]:
        raise typer.BadParameter(f"no {kind} is called {unknown[0]!r}: use {', '.join(known)}.")


def _noted(what: str) -> None:
    typer.echo(what, err=True)


def capacity(
    *,
    doors: Sequence[str],
    calls: Sequence[int],
    seconds: float,
    workers: int,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Prints each step as it is measured, then how many calls fit through each door."""
    from benchmarks.capacity.plot import drawn
    from benchmarks.capacity.search import fits, measure

    def told(row: Mapping[str, Any]) -> None:
        typer.echo(json.dumps(row), err=not as_json)

    rows = measure(read_settings().data / "bench", doors, calls, seconds, workers, told)
    if plot:
        plot.parent.mkdir(parents=True, exist_ok=True)
        plot.write_text(drawn(rows))
    if as_json:
        return
    table = Table(*_COLUMNS)
    for row in rows:
        table.add_row(*_cells(row))
    console = Console(width=130)
    console.print(table)
    for door in doors:
        console.print(f"{door}: {fits(rows, door)} calls with every target met")


_COLUMNS = (
    "door", "calls", "refused", "CPU cores", "ms CPU/s", "RSS MB", "PSS MB", "median ms", "95 % ms",
    "gap ms", "errors", "missed",
)  # fmt: skip


def _cells(row: Mapping[str, Any]) -> list[str]:
    calls = f"{row['calls']} (150 %)" if row["overload"] else str(row["calls"])
    figures = ("cpu", "ms_cpu_a_second", "rss_mb", "pss_mb", "wait_p50_ms", "wait_p95_ms", "gap_ms")
    shown = [f"{row[name]:.2f}" if name == "cpu" else f"{row[name]:.0f}" for name in figures]
    errors = f"{100 * row['error_rate']:.2f} %"
    return [row["door"], calls, str(row["refused"]), *shown, errors, ", ".join(row["missed"])]
