"""HTTP routes of the browser's door: signalling for our page and for Pipecat's prebuilt client."""

import asyncio
import functools
from collections.abc import Mapping
from typing import Annotated, Any

from aiortc.exceptions import InvalidStateError
from fastapi import APIRouter, Depends, HTTPException, Request
from pipecat.runner.types import SmallWebRTCRunnerArguments
from pipecat.transports.smallwebrtc.connection import IceServer, SmallWebRTCConnection
from pipecat.transports.smallwebrtc.request_handler import (
    IceCandidate,
    SmallWebRTCPatchRequest,
    SmallWebRTCRequest,
    SmallWebRTCRequestHandler,
)

from bot.calls import Calls
from bot.entry import Visitor, known, let_in
from bot.http import read_json
from bot.http_models import Candidates, IceServers, Offer, OfferAnswered
from bot.ice import ice_servers
from bot.lines import Line, Lines
from bot.openapi import refusals, takes
from bot.pipecat_client_door import place_on_socket
from bot.resuming import Resuming, require
from bot.settings import Settings
from conversation.ending import TAKEN_OVER
from transports.browser import offered

router = APIRouter(dependencies=[Depends(known)], responses=refusals(401, 403))
BODY = refusals(400, 408, 413)
CALLED = {**BODY, **refusals(404, 429, 503)}
_CANDIDATES = "Send {pc_id, candidates: [{candidate, sdp_mid, sdp_mline_index}]}."

Known = Annotated[Visitor, Depends(known)]


@router.post("/api/offer", responses=CALLED, openapi_extra=takes(Offer))
async def offer(request: Request, visitor: Known) -> OfferAnswered:
    """An offer {sdp, type} starts a call, one with the `pc_id` of a call renegotiates it."""
    return await _answer(request, await read_json(request), visitor)


@router.patch("/api/offer", responses={**BODY, **refusals(404)}, openapi_extra=takes(Candidates))
async def candidates(request: Request, visitor: Known) -> dict[str, str]:
    """ICE candidates {pc_id, candidates: [{candidate, sdp_mid, sdp_mline_index}]}."""
    body = await read_json(request)
    if not isinstance(pc_id := body.get("pc_id"), str):
        raise HTTPException(400, _CANDIDATES)
    lines: Lines = request.app.state.lines
    if pc_id not in lines and (answer := await lines.elsewhere(pc_id, body, visitor)):
        return answer
    return await _added(request.app.state, body, visitor)


@router.get("/api/ice")
async def ice(request: Request) -> IceServers:
    """What RTCPeerConnection is to be made with: `iceServers`."""
    state = request.app.state
    return IceServers.model_validate(
        {"iceServers": ice_servers(state.settings, state.wall_clock())}
    )


@router.get("/status")
async def status() -> dict[str, Any]:
    """What Pipecat's prebuilt client asks first."""
    return {"status": "ready", "transports": ["webrtc"]}


@router.post("/start", responses=CALLED, openapi_extra=takes(None, required=False))
async def start(request: Request, visitor: Known) -> dict[str, Any]:
    """Pipecat's SDKs ask for a session, then offer below it; or for the WebSocket's address."""
    body = await read_json(request)
    if body.get("transport") == "websocket":
        return await place_on_socket(request, visitor, body)
    session_id = request.app.state.calls.admit(visitor.owner)
    found = (await ice(request)).model_dump()
    return {"sessionId": session_id, **({"iceConfig": found} if found["iceServers"] else {})}


@router.post("/sessions/{session_id}/api/offer", responses=CALLED, openapi_extra=takes(Offer))
async def offer_in_session(request: Request, session_id: str, visitor: Known) -> OfferAnswered:
    """The same as /api/offer."""
    return await _answer(request, await read_json(request), visitor)


@router.patch(
    "/sessions/{session_id}/api/offer",
    responses={**BODY, **refusals(404)},
    openapi_extra=takes(Candidates),
)
async def candidates_in_session(
    request: Request, session_id: str, visitor: Known
) -> dict[str, str]:
    """The same as PATCH /api/offer."""
    return await candidates(request, visitor)


async def _added(state: Any, body: Mapping[str, Any], visitor: Visitor) -> dict[str, str]:
    try:
        patch = SmallWebRTCPatchRequest(
            pc_id=body["pc_id"], candidates=[IceCandidate(**c) for c in body["candidates"]]
        )
        if not state.lines.of(patch.pc_id, visitor):
            raise HTTPException(404, "No call has this `pc_id`: make an offer first.")
        await state.webrtc.handle_patch_request(patch)
    except (KeyError, TypeError, ValueError, AssertionError):
        raise HTTPException(400, _CANDIDATES) from None
    return {"status": "success"}


async def _answer(request: Request, body: Mapping[str, Any], visitor: Visitor) -> OfferAnswered:
    if problem := offered(dict(body)):
        raise HTTPException(400, problem)
    state = request.app.state
    lines: Lines = state.lines
    if isinstance(pc_id := body.get("pc_id"), str):
        if line := lines.of(pc_id, visitor):
            return await _described(state, body, line, pc_id)
        if pc_id not in lines and (answer := await lines.elsewhere(pc_id, body, visitor)):
            return OfferAnswered.model_validate(answer)
    visitor = await let_in(request)
    calls: Calls = state.calls
    resumed = await _resumed(request, body, visitor)
    with calls.place(visitor.owner) as session_id:
        new = Line(resumed or visitor.session_id or session_id, visitor.owner)
        return await _described(state, body, new)


async def asked_by_another(state: Any, body: Mapping[str, Any], visitor: Visitor) -> dict[str, Any]:
    """Another worker got what concerns a line of ours. Raises HTTPException."""
    if "candidates" in body:
        return await _added(state, body, visitor)
    if line := state.lines.of(body["pc_id"], visitor):
        return (await _described(state, body, line, body["pc_id"])).model_dump()
    raise HTTPException(404, "No call has this `pc_id`.")


async def _resumed(request: Request, body: Mapping[str, Any], visitor: Visitor) -> str | None:
    """The session that is to go on, if one is. Raises HTTP 404."""
    data = body.get("request_data") or body.get("requestData")
    token = data.get("resume_token") if isinstance(data, dict) else None
    if not token:
        return None
    state = request.app.state
    found = await Resuming.of(state.settings, state.store).asked_for(token, visitor)
    return require(found)[0]


async def _described(
    state: Any, body: Mapping[str, Any], line: Line, pc_id: str | None = None
) -> OfferAnswered:
    """pc_id: of a call under way."""
    described = SmallWebRTCRequest(sdp=body["sdp"], type=body["type"], pc_id=pc_id)
    described.restart_pc = bool(pc_id and body.get("restart_pc"))
    handler: SmallWebRTCRequestHandler = state.webrtc
    handler.update_ice_servers(
        [IceServer(**one) for one in ice_servers(state.settings, state.wall_clock())]
    )
    try:
        hold = functools.partial(_hold, state, line)
        answer = dict(await handler.handle_web_request(described, hold) or {})
    except (ValueError, AssertionError, InvalidStateError, IndexError, KeyError):
        raise HTTPException(400, "`sdp` is no session description that can be used.") from None
    state.lines.keep(answer["pc_id"], line)
    return OfferAnswered.model_validate(answer)


async def _hold(state: Any, line: Line, connection: SmallWebRTCConnection) -> None:
    from bot.bot import bot  # with the models, which load while the page is served

    settings: Settings = state.settings
    resuming = Resuming.of(settings, state.store)
    connection.connection_timeout_secs = settings.handshake_seconds
    await state.calls.end(line.session_id, TAKEN_OVER)
    record = await state.store.open(line.session_id, now=state.wall_clock(), owner=line.owner)
    given = {
        "engine": await asyncio.shield(state.engine),
        "settings": settings,
        "journal": functools.partial(state.store.append, line.session_id),
        "hear": functools.partial(state.store.hear, line.session_id),
        "watched": state.telemetry.at("browser"),
        "calls": state.calls,
        "owner": line.owner,
        "past": await resuming.past(record),
        "resume_token": await resuming.token_of(record, line.session_id),
    }
    arguments = SmallWebRTCRunnerArguments(
        webrtc_connection=connection, body=given, session_id=line.session_id
    )
    state.calls.hold(line.session_id, bot(arguments), line.owner)
