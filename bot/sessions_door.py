"""HTTP routes about sessions: a token for one, its record, its end. Each is its owner's alone."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from bot.entry import Entry, Visitor, known
from bot.http import read_json
from bot.http_models import Control, ControlTold, SessionName, SessionTold, TokenIssued, ToResume
from bot.openapi import refusals, takes
from bot.recording.places import owner_of, remove
from bot.resuming import Resuming, require
from bot.store import SessionRecord, SessionStore
from conversation.controlling import Forget, command
from conversation.use import total

router = APIRouter(prefix="/api/sessions", responses=refusals(401, 403, 503))

_TAKES = (
    'Send {"type": "user_speaking"}, {"type": "say", "text": "…"}, {"type": "transfer", "reason": '
    '"…"} or {"type": "end"}; texts take up to 1000 characters, reasons up to 200.'
)

Known = Annotated[Visitor, Depends(known)]


@router.post(
    "",
    responses=refusals(400, 404, 408, 413),
    openapi_extra=takes(ToResume, required=False),
)
async def issue(request: Request, visitor: Known) -> TokenIssued:
    """A token that opens one session, once, soon: for a browser, which must not have the key.

    With a `resume_token`, it is for that session.
    """
    state = request.app.state
    entry: Entry = state.entry
    named = ""
    if asked := (await read_json(request)).get("resume_token"):
        found = await Resuming.of(state.settings, state.store).asked_for(asked, visitor)
        named = require(found)[1]
    session_id, token = await entry.issue(visitor, named)
    session_id = named or session_id
    return TokenIssued(session_id=session_id, token=token, expires_in=entry.tokens.seconds)


@router.get("/{session_id}", responses=refusals(404, 422))
async def session(request: Request, session_id: SessionName, visitor: Known) -> SessionTold:
    """The record of a session and its events, oldest first."""
    record = await _owned(request, session_id, visitor)
    store: SessionStore = request.app.state.store
    events = await store.events(record.session_id)
    return SessionTold(
        session_id=session_id,
        state=record.state,
        turn_number=record.turn,
        events=events,
        usage=total(one for event in events for one in event.get("usage", ())),
    )


@router.delete(
    "/{session_id}",
    status_code=204,
    responses={202: {"description": "Once the store is back."}, **refusals(404, 422)},
)
async def forget(request: Request, session_id: SessionName, visitor: Known) -> Response:
    """Ends the session, in whichever worker it is held, and removes every trace of it, recordings
    on this machine too."""
    state = request.app.state
    store: SessionStore = state.store
    recordings = state.settings.recordings
    try:
        kept_as = (await _owned(request, session_id, visitor)).session_id
    except HTTPException:  # a recording outlives the record
        owner = await asyncio.to_thread(owner_of, recordings, session_id)
        if owner is None or not visitor.owns(session_id, owner):
            raise
        kept_as = session_id
    await state.calls.end(kept_as)
    gone = await store.forget(kept_as)
    await asyncio.to_thread(remove, recordings, kept_as)
    return Response(status_code=204 if gone else 202)  # 202: once the store is back


@router.post(
    "/{session_id}/control",
    status_code=202,
    responses=refusals(400, 404, 408, 413, 422),
    openapi_extra=takes(Control),
)
async def control(request: Request, session_id: SessionName, visitor: Known) -> ControlTold:
    """Tells a call that is under way, in whichever worker, what others want of it."""
    message = await read_json(request)
    wanted = command(message)
    if wanted is None or isinstance(wanted, Forget):
        raise HTTPException(400, _TAKES)
    record = await _owned(request, session_id, visitor)
    store: SessionStore = request.app.state.store
    return ControlTold(receivers=await store.tell(record.session_id, message))


async def _owned(request: Request, session_id: str, visitor: Visitor) -> SessionRecord:
    """The visitor's own record. Somebody else's is not there, in the same words."""
    state = request.app.state
    record = await state.store.read(session_id)
    if record is None or not visitor.owns(session_id, record.owner):
        own_id = await Resuming.of(state.settings, state.store).own_id(session_id, visitor.owner)
        record = await state.store.read(own_id)
    if record is None or not visitor.owns(session_id, record.owner):
        raise HTTPException(404, "No session has this id, or it has expired.")
    return record
