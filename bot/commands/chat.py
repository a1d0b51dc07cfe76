"""`runner.py chat`."""

import asyncio
import sys

import typer
import uvloop

from bot.commands.talk import as_json_line, in_words
from bot.settings import Settings, read_settings
from bot.telemetry.logs import set_up_logs


def run(*, as_json: bool) -> None:
    """Reads a turn a line until the input ends."""
    settings = read_settings()
    set_up_logs("WARNING")
    uvloop.run(_chat(settings, as_json=as_json))


DRAIN_SECONDS = 10.0  # for what was collected to arrive after the talk is over


async def _chat(settings: Settings, *, as_json: bool) -> None:
    from bot.engine import load_knowledge
    from bot.opening import open_session
    from bot.pipeline import written_parts
    from bot.talking import Talk
    from conversation.states import State
    from transports.text import MessageOutput, TypedInput

    engine = await asyncio.to_thread(load_knowledge, settings)
    call = Talk(as_json_line if as_json else in_words())
    typed = TypedInput()
    session = open_session(engine, settings, written_parts(engine), typed, MessageOutput(call.told))
    running = asyncio.create_task(session.run())
    waiting = (State.IDLE, State.LISTENING)
    await call.until(10.0, lambda: call.count(type="transcript", role="agent") > 0)
    while not running.done():
        if sys.stdin.isatty():
            typer.echo("> ", nl=False)
        line = await asyncio.to_thread(sys.stdin.readline)
        if not line:
            break
        if line.strip():
            before = call.count(type="state_change", to=State.IDLE)
            await typed.typed(line.strip())
            await call.until(
                20.0,
                lambda before=before: (
                    call.state in waiting
                    and call.count(type="state_change", to=State.IDLE) > before
                    and session.call.settled
                ),
            )
    if not running.done():
        await session.hang_up()
    await asyncio.wait([running], timeout=3.0)
    await engine.webhooks.drain(DRAIN_SECONDS)
