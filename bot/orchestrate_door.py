"""The WebSocket route /orchestrate: clients of our own protocol."""

import asyncio
import functools
import time
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, WebSocket

from bot.calls import Calls
from bot.came_by import CameBy
from bot.entry import Visitor, let_in
from bot.resuming import Resuming
from bot.settings import Settings
from bot.store import SessionStore, StoreUnreachable
from transports.line import Limits
from transports.orchestrate.client_messages import SessionStart
from transports.orchestrate.line import Line

router = APIRouter()

_STORE_AWAY = "The store of the conversations does not answer: try again in a moment."


@dataclass(frozen=True)
class Opening:
    """The session that a connection is about."""

    id: str
    """In the store."""
    named: str
    """As the client knows it."""
    start: SessionStart


@router.websocket("/orchestrate")
async def orchestrate(websocket: WebSocket, visitor: Annotated[Visitor, Depends(let_in)]) -> None:
    """One connection, one session, from its first message to its end."""
    state: Any = websocket.app.state
    calls: Calls = state.calls
    settings: Settings = state.settings
    place = calls.admit(visitor.owner)
    await websocket.accept()
    limits = Limits(settings.max_messages_per_second, settings.max_message_bytes)
    line = Line(websocket, limits, clock=time.monotonic)
    await calls.hold_to_end(place, _session(state, line, visitor, place), visitor.owner)


async def _session(state: Any, line: Line, visitor: Visitor, place: str) -> None:
    calls: Calls = state.calls
    settings: Settings = state.settings
    calls.on_end(place, line.leave)
    try:
        async with asyncio.timeout(settings.idle_seconds):
            start = await line.first(visitor.session_id)
    except TimeoutError:
        await line.leave("idle")
        return
    if start is None:
        return
    resuming = Resuming.of(settings, state.store)
    try:
        opening = await _opening(resuming, start, visitor, place)
    except StoreUnreachable:
        await line.fail("store_away", _STORE_AWAY, close=1013)
        return
    if opening is None:
        await line.fail(
            "cannot_resume",
            "This `resume_token` is not known or has expired: start another session.",
            close=4404,
        )
        return
    line.session_id = opening.named
    await calls.rename(place, opening.id)
    await _converse(state, line, opening, resuming, visitor.owner)


async def _opening(
    resuming: Resuming, start: SessionStart, visitor: Visitor, place: str
) -> Opening | None:
    """Which session it is; None: the one to be resumed isn't there."""
    if start.resume_token:
        found = await resuming.asked_for(start.resume_token, visitor)
        wanted = start.session_id in (None, found[1]) if found else False
        return Opening(*found, start) if found and wanted else None
    named = start.session_id or visitor.session_id or place
    return Opening(await resuming.own_id(named, visitor.owner), named, start)


async def _converse(
    state: Any, line: Line, opening: Opening, resuming: Resuming, owner: str
) -> None:
    from bot.opening import open_session
    from bot.pipeline import streamed_parts, transcribed_parts  # with the models
    from transports.orchestrate.transport import orchestrate_transport

    settings: Settings = state.settings
    store: SessionStore = state.store
    start, out_rate = opening.start, opening.start.output_sample_rate or opening.start.sample_rate
    record = await store.open(opening.id, now=state.wall_clock(), owner=owner)
    past = await resuming.past(record)
    token = await resuming.token_of(record, opening.named)
    leave = functools.partial(line.leave, resume_token=token)
    state.calls.on_end(opening.id, leave)
    engine = await asyncio.shield(state.engine)
    transport = orchestrate_transport(line, rate=start.sample_rate, out_rate=out_rate)
    hears = start.transcription == "server"
    session = open_session(
        engine,
        settings,
        streamed_parts(engine) if hears else transcribed_parts(engine),
        transport.input(),
        transport.output(),
        session_id=opening.named,
        greet=start.greeting,
        sample_rate=out_rate,
        journal=functools.partial(store.append, opening.id),
        hear=functools.partial(store.hear, opening.id),
        watched=state.telemetry.at("orchestrate"),
        past=past,
        resume_token=token,
        language=start.language,
        came=CameBy("orchestrate", owner, opening.id),
    )
    session.end_with(transport, lambda: line.ended)
    state.calls.on_end(opening.id, session.leaves(leave, line))
    try:
        await session.run()
    finally:
        await line.close()
