"""`runner.py replay --audio …`."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path

import typer

from bot.settings import Settings, read_settings
from bot.telemetry.logs import set_up_logs
from conversation.heard_again import Comparison
from transports.recordings import UnusableRecording


def run(named: str, *, as_json: bool) -> None:
    """Plays what was recorded of a session, or is in a folder; exit code 1 with a difference.

    Raises UnusableRecording.
    """
    settings = read_settings()
    set_up_logs("ERROR")
    found = _parts(named, settings)

    from bot.engine import load_engine
    from bot.recording.replaying import replay_part

    engine = load_engine(settings)
    different = False
    for part in found:
        result = asyncio.run(replay_part(engine, settings, part))
        different = different or bool(result.differences)
        told = {"part": str(part), **asdict(result)}
        typer.echo(json.dumps(told, ensure_ascii=False) if as_json else _in_words(part, result))
    if different:
        raise typer.Exit(1)


def _parts(named: str, settings: Settings) -> list[Path]:
    from bot.recording.places import folder_of, parts

    given = Path(named)
    folder = given if given.is_dir() else folder_of(settings.recordings, named)
    if found := parts(folder):
        return found
    raise UnusableRecording(
        f"Nothing is recorded as {named!r} in {settings.recordings}: check the id and "
        "TURNWISE_DATA, or name a folder with 1.wav and 1.jsonl."
    )


def _in_words(part: Path, result: Comparison) -> str:
    words = f"words {result.words}, of them otherwise {result.word_errors}"
    lines = [
        f"{part}: turns {len(result.recorded)}, {words}, "
        f"transitions {result.transitions}, differences: {len(result.differences)}."
    ]
    for was, is_ in zip(result.recorded, result.replayed, strict=False):
        if was.total_ms and is_.total_ms:
            took = f"answered in {was.total_ms:.0f} ms, now in {is_.total_ms:.0f} ms"
            lines.append(f"  turn {was.number}: {took}")
    return "\n".join([*lines, *(f"  {one}" for one in result.differences)])
