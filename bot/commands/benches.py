"""The options of `runner.py bench …`; what each does is loaded when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

bench_app = typer.Typer(help="Measure on this machine.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@bench_app.command("retrieval")
def bench_retrieval(
    passages: Annotated[int, typer.Option(min=100, help="How many are searched.")] = 100_000,
    built: Annotated[int, typer.Option(min=10, help="How many the encoder reads.")] = 10_000,
    as_json: Json = False,
) -> None:
    """Encoder, search, memory, intent and index build against their targets, on one thread."""
    from bot.commands.bench import retrieval

    retrieval(passages=passages, built=built, as_json=as_json)


@bench_app.command("latency")
def bench_latency(
    turns: Annotated[int, typer.Option(min=1, help="Of each profile, in all doors.")] = 60,
    breaks: Annotated[int, typer.Option(min=0, help="How many break into an answer.")] = 24,
    doors: Annotated[str, typer.Option(help="Some of these.")] = "orchestrate,twilio,webrtc",
    profile: Annotated[
        str, typer.Option(help="local: all on this machine. providers: emulated ones.")
    ] = "local,providers",
    peer: Annotated[bool, typer.Option(help="Pipecat's example pipeline in the same run.")] = True,
    out: Annotated[
        Path | None, typer.Option(help="A folder for latency.json and latency.svg.")
    ] = None,
    as_json: Json = False,
) -> None:
    """From the caller's last sample to the first of the answer, measured from outside."""
    from bot.commands.bench import latency

    latency(
        turns=turns,
        breaks=breaks,
        doors=tuple(doors.split(",")),
        profiles=tuple(profile.split(",")),
        peer=peer,
        out=out,
        as_json=as_json,
    )


@bench_app.command("capacity")
def bench_capacity(
    door: Annotated[
        list[str] | None,
        typer.Option(help="orchestrate, twilio, browser, text or stock; all if none is named."),
    ] = None,
    calls: Annotated[
        list[int] | None, typer.Option(min=1, help="Steps, instead of the usual ones.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=5, help="Of each step.")] = 60.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that serve.")] = 1,
    plot: Annotated[Path | None, typer.Option(help="Where to write a plot (SVG).")] = None,
    as_json: Json = False,
) -> None:
    """How many calls at once this machine holds, with emulated providers, beside stock Pipecat."""
    from bot.commands.bench import capacity

    doors = door or ["orchestrate", "twilio", "browser", "text", "stock"]
    capacity(
        doors=doors, calls=calls or [], seconds=seconds, workers=workers, plot=plot, as_json=as_json
    )
