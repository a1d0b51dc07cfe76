"""`runner.py talk`."""

import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer
import uvloop

from bot.commands.waterfall import waterfall
from bot.settings import read_settings
from bot.telemetry.logs import set_up_logs
from transports.recordings import read_recording, write_recording

Message = dict[str, Any]


def run(
    recordings: Sequence[Path],
    *,
    interrupt_after: int | None,
    out: Path | None,
    as_json: bool,
    greeting: bool,
) -> None:
    """Checks every recording before the call begins, then holds the call."""
    settings = read_settings()
    set_up_logs("WARNING")
    samples = [read_recording(path) for path in recordings]
    if out is not None and not os.access(out.parent, os.W_OK):
        raise typer.BadParameter(f"{out.parent} cannot be written to: name another folder.")

    from bot.engine import load_engine
    from bot.talking import talk
    from transports.wav import OUT_RATE

    engine = load_engine(settings)
    heard = uvloop.run(
        talk(
            engine,
            settings,
            samples,
            on_message=as_json_line if as_json else in_words(),
            interrupt_after=None if interrupt_after is None else interrupt_after / 1000,
            greet=greeting,
        )
    )
    if out is not None:
        write_recording(out, heard, OUT_RATE)


def as_json_line(message: Message) -> None:
    """The message as the protocol has it, one a line."""
    print(json.dumps(message, ensure_ascii=False), flush=True)


def in_words() -> Callable[[Message], None]:
    """Prints a conversation as people read it."""

    def show(message: Message) -> None:
        match message:
            case {"type": "transcript", "final": True, "role": role, "text": text}:
                who = "You" if role == "user" else "Turnwise"
                typer.echo(f"{who}: {text}")
            case {"type": "turn_complete", "latency_breakdown": latency}:
                if latency["total_ms"]:
                    typer.secho(f"  {latency['total_ms']:.0f} ms until the first sound", dim=True)
                    for line in waterfall(latency["ledger"]):
                        typer.secho(f"  {line}", dim=True)
            case {"type": "clear"}:
                typer.secho("  (interrupted)", dim=True)
            case {"type": "error", "message": text}:
                typer.secho(f"  {text}", fg="red")
            case _:
                pass

    return show
