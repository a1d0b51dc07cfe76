"""HTTP routes of the browser's door: signalling for our page and for Pipecat's prebuilt client."""

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from aiortc.exceptions import InvalidStateError
from fastapi import APIRouter, Depends, HTTPException, Request
from pipecat.runner.types import SmallWebRTCRunnerArguments
from pipecat.transports.smallwebrtc.connection import SmallWebRTCConnection
from pipecat.transports.smallwebrtc.request_handler import (
    IceCandidate,
    SmallWebRTCPatchRequest,
    SmallWebRTCRequest,
    SmallWebRTCRequestHandler,
)

from bot.calls import Calls
from bot.entry import Visitor, known, let_in
from bot.http import read_json
from bot.settings import Settings
from transports.browser import offered

router = APIRouter(dependencies=[Depends(known)])

Known = Annotated[Visitor, Depends(known)]


@dataclass(frozen=True)
class Line:
    """Whose a peer connection is."""

    session_id: str
    owner: str

    def may_use(self, visitor: Visitor) -> bool:
        """Whether the visitor is who opened it."""
        return visitor.owner == self.owner and visitor.session_id in (None, self.session_id)


@router.post("/api/offer")
async def offer(request: Request, visitor: Known) -> dict[str, Any]:
    """An offer {sdp, type} starts a call, one with the `pc_id` of a call renegotiates it."""
    return await _answer(request, await read_json(request), visitor)


@router.patch("/api/offer")
async def candidates(request: Request, visitor: Known) -> dict[str, str]:
    """ICE candidates {pc_id, candidates: [{candidate, sdp_mid, sdp_mline_index}]}."""
    body = await read_json(request)
    try:
        patch = SmallWebRTCPatchRequest(
            pc_id=str(body["pc_id"]), candidates=[IceCandidate(**c) for c in body["candidates"]]
        )
        _check_theirs(request, patch.pc_id, visitor)
        await _handler(request).handle_patch_request(patch)
    except (KeyError, TypeError, ValueError, AssertionError):
        raise HTTPException(
            400, "Send {pc_id, candidates: [{candidate, sdp_mid, sdp_mline_index}]}."
        ) from None
    return {"status": "success"}


@router.get("/status")
async def status() -> dict[str, Any]:
    """What Pipecat's prebuilt client asks first."""
    return {"status": "ready", "transports": ["webrtc"]}


@router.post("/start")
async def start(request: Request, visitor: Known) -> dict[str, str]:
    """Pipecat's prebuilt client asks for a session, then offers below it."""
    await read_json(request)
    return {"sessionId": request.app.state.calls.admit(visitor.owner)}


@router.post("/sessions/{session_id}/api/offer")
async def offer_in_session(request: Request, visitor: Known) -> dict[str, Any]:
    """The same as /api/offer."""
    return await _answer(request, await read_json(request), visitor)


@router.patch("/sessions/{session_id}/api/offer")
async def candidates_in_session(request: Request, visitor: Known) -> dict[str, str]:
    """The same as PATCH /api/offer."""
    return await candidates(request, visitor)


async def _answer(request: Request, body: Mapping[str, Any], visitor: Visitor) -> dict[str, Any]:
    if problem := offered(dict(body)):
        raise HTTPException(400, problem)
    lines: dict[str, Line] = request.app.state.lines
    pc_id = body.get("pc_id")
    line = lines.get(pc_id) if isinstance(pc_id, str) else None
    if line and line.may_use(visitor):
        described = SmallWebRTCRequest(
            sdp=body["sdp"],
            type=body["type"],
            pc_id=str(pc_id),
            restart_pc=bool(body.get("restart_pc")),
        )
    else:
        line = await _new_line(request)
        described = SmallWebRTCRequest(sdp=body["sdp"], type=body["type"])
    try:
        hold = functools.partial(_hold, request, line)
        answer = dict(await _handler(request).handle_web_request(described, hold) or {})
    except (ValueError, AssertionError, InvalidStateError, IndexError, KeyError):
        raise HTTPException(400, "`sdp` is no session description that can be used.") from None
    _remember(request, answer["pc_id"], line)
    return answer


async def _new_line(request: Request) -> Line:
    visitor = await let_in(request)
    session_id = request.app.state.calls.admit(visitor.owner)
    return Line(visitor.session_id or session_id, visitor.owner)


async def _hold(request: Request, line: Line, connection: SmallWebRTCConnection) -> None:
    from bot.bot import bot  # with the models, which load while the page is served

    state = request.app.state
    settings: Settings = state.settings
    connection.connection_timeout_secs = settings.handshake_seconds
    await state.store.open(line.session_id, now=state.wall_clock(), owner=line.owner)
    given = {
        "engine": await asyncio.shield(state.engine),
        "settings": settings,
        "journal": functools.partial(state.store.append, line.session_id),
    }
    arguments = SmallWebRTCRunnerArguments(
        webrtc_connection=connection, body=given, session_id=line.session_id
    )
    state.calls.hold(line.session_id, bot(arguments), line.owner)


def _remember(request: Request, pc_id: str, line: Line) -> None:
    calls: Calls = request.app.state.calls
    lines: dict[str, Line] = request.app.state.lines
    for old in [old for old, one in lines.items() if not calls.holds(one.session_id)]:
        del lines[old]
    lines[pc_id] = line


def _check_theirs(request: Request, pc_id: str, visitor: Visitor) -> None:
    """Raises HTTP 404, for a call of somebody else too."""
    line: Line | None = request.app.state.lines.get(pc_id)
    if line is None or not line.may_use(visitor):
        raise HTTPException(404, "No call has this `pc_id`: make an offer first.")


def _handler(request: Request) -> SmallWebRTCRequestHandler:
    return request.app.state.webrtc
