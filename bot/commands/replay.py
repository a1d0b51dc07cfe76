"""`runner.py replay …`."""

import asyncio
import json
from dataclasses import asdict
from typing import Any

import typer

from bot.settings import read_settings
from bot.store.keeping import Keeping
from bot.store.reached import reach_store
from bot.telemetry.logs import set_up_logs
from conversation.replaying import Difference, Replay, replay


class UnknownSession(Exception):
    """No session has this id."""


def run(session_id: str, *, as_json: bool) -> None:
    """Prints what came of it; exit code 1 if it came to anything else than was recorded.

    Raises UnknownSession, StoreError.
    """
    set_up_logs("CRITICAL")  # what the store has to say of it is raised as well
    result = replay(asyncio.run(_entries(session_id)))
    if as_json:
        typer.echo(json.dumps({"session_id": session_id, **asdict(result)}))
    else:
        typer.echo(_told(result))
    if result.differences:
        raise typer.Exit(1)


async def _entries(session_id: str) -> list[dict[str, Any]]:
    settings = read_settings()
    store = await reach_store(settings.redis_url, settings.data, Keeping.of(settings))
    try:
        if await store.read(session_id) is None:
            raise UnknownSession(
                f"No session {session_id!r} is kept in {store.where}: it has expired, was "
                "forgotten, or is another one's; check the id, TURNWISE_REDIS_URL and TURNWISE_DATA"
            )
        return await store.events(session_id)
    finally:
        await store.close()


def _told(result: Replay) -> str:
    found = len(result.differences)
    counted = f"Connections: {result.connections}, steps compared: {result.steps}"
    outcome = f"differences: {found}"
    lines = [f"{counted}, {outcome}.", *result.missing]
    return "\n".join([*lines, *(_table(result.differences) if found else [])])


def _table(differences: list[Difference]) -> list[str]:
    rows = [("connection", "turn", "recorded", "replayed")]
    rows += [(str(d.connection), str(d.turn), d.recorded, d.replayed) for d in differences]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
