"""`bot(runner_args)`: the entry point by which Pipecat's runner, and our server, start a call."""

import asyncio
import functools

from pipecat.runner.types import RunnerArguments, SmallWebRTCRunnerArguments

from bot.calls import Calls
from bot.came_by import CameBy
from bot.engine import Engine, load_engine
from bot.opening import open_session
from bot.pipeline import rtvi_parts
from bot.session import hear_nobody
from bot.settings import Settings, read_settings
from bot.telemetry.watching import by_nobody
from processors.ports import Journal, journal_nothing
from transports.browser import LATE_IN, LATE_OUT, OUT_RATE, browser_transport


@functools.cache
def _shared() -> Engine:
    return load_engine(read_settings())


async def bot(runner_args: RunnerArguments) -> None:
    """Holds one call, from connect to hang-up.

    runner_args.body may carry `engine`, `settings`, `journal`, `hear`, `watched`, `calls`, `owner`,
    and for a session that goes on `past` and `resume_token`, as our server passes them; without
    them (Pipecat's own runner) the first two are read and loaded once for the process.
    """
    if not isinstance(runner_args, SmallWebRTCRunnerArguments):
        raise TypeError(
            f"{type(runner_args).__name__} is no door of ours: use Pipecat's runner with "
            "`-t webrtc`, or `python runner.py serve`."
        )
    given = runner_args.body if isinstance(runner_args.body, dict) else {}
    settings: Settings = given.get("settings") or read_settings()
    engine: Engine = given.get("engine") or await asyncio.to_thread(_shared)
    journal: Journal = given.get("journal") or journal_nothing
    calls: Calls | None = given.get("calls")
    transport = browser_transport(runner_args.webrtc_connection)
    session = open_session(
        engine,
        settings,
        rtvi_parts(engine, LATE_IN, LATE_OUT),
        transport.input(),
        transport.output(),
        session_id=runner_args.session_id,
        sample_rate=OUT_RATE,
        journal=journal,
        hear=given.get("hear", hear_nobody),
        watched=given.get("watched", by_nobody),
        past=given.get("past"),
        resume_token=given.get("resume_token", ""),
        came=CameBy("browser", given.get("owner", "")),
    )
    session.end_with(transport)
    if calls and session.id:
        calls.on_end(session.id, session.leaves(session.drop))
    await session.run()


if __name__ == "__main__":  # python -m bot.bot -t webrtc
    from pipecat.runner.run import main

    main()
