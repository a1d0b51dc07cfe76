"""HTTP routes about sessions: a token for one, its record, its end. Each is its owner's alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response

from bot.entry import Entry, Visitor, known, new_session_id
from bot.store import SessionRecord, SessionStore

router = APIRouter(prefix="/api/sessions")

Known = Annotated[Visitor, Depends(known)]


@router.post("")
async def issue(request: Request, visitor: Known) -> dict[str, Any]:
    """A token that opens one session, once, soon: for a browser, which must not have the key."""
    if visitor.token:
        raise HTTPException(403, "A token can't get others: send one of the server's keys.")
    entry: Entry = request.app.state.entry
    session_id = new_session_id()
    token = await entry.tokens.issue(session_id, visitor.owner)
    return {"session_id": session_id, "token": token, "expires_in": entry.tokens.seconds}


@router.get("/{session_id}")
async def session(request: Request, session_id: str, visitor: Known) -> dict[str, Any]:
    """The record of a session and its events, oldest first."""
    record = await _owned(request, session_id, visitor)
    store: SessionStore = request.app.state.store
    return {"session_id": session_id, "state": record.state, "turn_number": record.turn,
            "events": await store.events(session_id)}  # fmt: skip


@router.delete("/{session_id}", status_code=204)
async def forget(request: Request, session_id: str, visitor: Known) -> Response:
    """Ends the session if it is held here, and removes every trace of it."""
    await _owned(request, session_id, visitor)
    store: SessionStore = request.app.state.store
    await request.app.state.calls.end(session_id)
    gone = await store.forget(session_id)
    return Response(status_code=204 if gone else 202)  # 202: once the store is back


async def _owned(request: Request, session_id: str, visitor: Visitor) -> SessionRecord:
    """The visitor's own record. Somebody else's is not there, in the same words."""
    store: SessionStore = request.app.state.store
    record = await store.read(session_id)
    theirs = visitor.session_id in (None, session_id)
    if record is None or record.owner != visitor.owner or not theirs:
        raise HTTPException(404, "No session has this id, or it has expired.")
    return record
