"""The routes of Pipecat's client SDKs: where to connect, and the WebSocket itself."""

import asyncio
import functools
import time
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, WebSocket

from bot.calls import Calls
from bot.came_by import CameBy
from bot.entry import Entry, Visitor, known, let_in
from bot.http import read_json
from bot.http_models import ToResume
from bot.openapi import refusals, takes
from bot.resuming import Resuming, require
from bot.settings import Settings
from bot.store import SessionStore
from transports.line import Limits
from transports.pipecat_client import SPEAKS_AT, ClientLine, client_transport

router = APIRouter()

Known = Annotated[Visitor, Depends(known)]


@router.post(
    "/connect",
    responses=refusals(400, 401, 403, 404, 408, 413, 429, 503),
    openapi_extra=takes(ToResume, required=False),
)
async def connect(request: Request, visitor: Known) -> dict[str, str]:
    """For `startBotAndConnect`: where to connect, and a token that lets one in there, once.

    With a `resume_token`, a session goes on there.
    """
    return await place_on_socket(request, visitor, await read_json(request))


async def place_on_socket(
    request: Request, visitor: Visitor, body: Mapping[str, Any]
) -> dict[str, str]:
    """Raises HTTP 403 for a visitor with a token, 404, and 429 and 503 if there is no room."""
    state = request.app.state
    calls: Calls = state.calls
    calls.check_room(visitor.owner)
    named, query = "", ""
    if asked := body.get("resume_token"):
        found = await Resuming.of(state.settings, state.store).asked_for(asked, visitor)
        named, query = require(found)[1], f"?{urlencode({'resume_token': asked})}"
    entry: Entry = state.entry
    _, token = await entry.issue(visitor, named)
    base = state.settings.public_url or str(request.base_url)
    return {"ws_url": f"{base.rstrip('/').replace('http', 'ws', 1)}/ws{query}", "token": token}


@router.websocket("/ws")
async def ws(websocket: WebSocket, visitor: Annotated[Visitor, Depends(let_in)]) -> None:
    """One connection, one session, until somebody hangs up."""
    state: Any = websocket.app.state
    calls: Calls = state.calls
    settings: Settings = state.settings
    place = calls.admit(visitor.owner)
    resuming = Resuming.of(settings, state.store)
    asked = websocket.query_params.get("resume_token")
    found = await resuming.asked_for(asked, visitor) if asked else None
    session_id = found[0] if found else visitor.session_id or place
    await websocket.accept()
    limits = Limits(settings.max_messages_per_second, settings.max_message_bytes)
    line = ClientLine(websocket, session_id, limits, clock=time.monotonic)
    if asked and not found:
        await line.cannot_resume()
        return
    call = _converse(state, line, place, session_id, visitor.owner)
    await calls.hold_to_end(place, call, visitor.owner)


async def _converse(state: Any, line: ClientLine, place: str, session_id: str, owner: str) -> None:
    from bot.opening import open_session
    from bot.pipeline import rtvi_parts  # with the models

    settings: Settings = state.settings
    store: SessionStore = state.store
    resuming = Resuming.of(settings, store)
    await state.calls.rename(place, session_id)
    state.calls.on_end(session_id, line.leave)
    record = await store.open(session_id, now=state.wall_clock(), owner=owner)
    past = await resuming.past(record)
    token = await resuming.token_of(record, session_id)
    engine = await asyncio.shield(state.engine)
    transport = client_transport(line)
    session = open_session(
        engine,
        settings,
        rtvi_parts(engine),
        transport.input(),
        transport.output(),
        session_id=session_id,
        sample_rate=SPEAKS_AT,
        journal=functools.partial(store.append, session_id),
        hear=functools.partial(store.hear, session_id),
        watched=state.telemetry.at("pipecat"),
        past=past,
        resume_token=token,
        came=CameBy("pipecat", owner),
    )
    session.end_with(transport)
    state.calls.on_end(session_id, session.leaves(line.leave, line))
    try:
        await session.run()
    finally:
        await line.close()
