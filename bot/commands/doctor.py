"""`runner.py doctor`."""

import asyncio
import json
from collections.abc import Mapping, Sequence

import typer

from bot.checks import Check
from bot.settings import CannotStart, read_settings
from bot.telemetry.logs import set_up_logs

_MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("–", None)}
_SHOWN = 8  # of a list


def run(*, as_json: bool) -> None:
    """Tells each check as a line. Ends with 1 if anything that is configured does not work."""
    set_up_logs("ERROR")
    checks = _checks()
    for check in checks:
        if as_json:
            print(json.dumps(check.as_json(), ensure_ascii=False))
        else:
            _show(check)
    if any(check.ok is False for check in checks):
        raise typer.Exit(1)


def _checks() -> Sequence[Check]:
    try:
        settings = read_settings()
    except CannotStart as error:
        return [Check(problem.split(":")[0], False, problem) for problem in error.problems]
    from bot.checkup import check_all

    return asyncio.run(check_all(settings))


def _show(check: Check) -> None:
    mark, colour = _MARKS[check.ok]
    typer.secho(f"{mark} {check.what:<18} {check.told}", fg=colour)
    if check.advice:
        typer.echo(f"    {check.advice}")
    if check.ok is not None:
        _show_lists(check.lists)


def _show_lists(lists: Mapping[str, Sequence[str]]) -> None:
    for name, rows in lists.items():
        more = f" … ({len(rows)} in all: --json)" if len(rows) > _SHOWN else ""
        typer.echo(f"    {name}: {', '.join(rows[:_SHOWN])}{more}")
