"""`runner.py eval calls`."""

import json
from collections.abc import Sequence
from pathlib import Path

import typer
import uvloop
from loguru import logger

from bot.settings import CannotStart, read_settings
from bot.telemetry.logs import set_up_logs


def run(
    paths: Sequence[Path],
    *,
    only: str,
    at_once: int,
    report: Path | None,
    record: Path | None,
    as_json: bool,
) -> None:
    """Exit code 1 if a call went otherwise than its script says."""
    if missing := [path for path in paths if not path.exists()]:
        raise CannotStart([f"{path} does not exist: name a folder of scripts." for path in missing])
    settings = read_settings()
    set_up_logs("ERROR")
    logger.disable("pipecat.services.settings")  # of the harness's cache of voices, at each call

    from bot.engine import load_engine
    from bot.scripted.calls import Held, hold, read_scripts
    from bot.scripted.report import figures, in_a_sentence, page, problems

    def show(held: Held) -> None:
        if as_json:
            typer.echo(json.dumps(_row(held), ensure_ascii=False))
            return
        mark = ("✓", "green") if held.result.passed else ("✗", "red")
        typer.secho(mark[0], fg=mark[1], nl=False)
        typer.echo(f" {held.scenario.name} ({held.result.duration_ms / 1000:.1f} s)")
        for problem in problems(held):
            typer.echo(f"    {problem}")

    def _row(held: Held) -> dict[str, object]:
        return {
            "name": held.scenario.name,
            "passed": held.result.passed,
            "spoken": held.spoken,
            "seconds": round(held.result.duration_ms / 1000, 1),
            "answered_ms": held.answered_ms,
            "problems": problems(held),
            "unjudged": list(held.unjudged),
        }

    scenarios = read_scripts(paths, only)
    engine = load_engine(settings)
    held = uvloop.run(
        hold(engine, settings, scenarios, at_once=at_once, record=record, on_held=show)
    )
    measured = figures(held)
    if report:
        report.write_text(page(held), encoding="utf-8")
    typer.echo(json.dumps(measured) if as_json else in_a_sentence(measured))
    if measured["failed"]:
        if not as_json:
            typer.secho(f"Failed: {', '.join(measured['failed'])}", fg="red")
        raise typer.Exit(1)
