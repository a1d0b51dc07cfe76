"""HTTP routes of the browser's door: signalling for our page and for Pipecat's prebuilt client."""

import asyncio
import functools
from collections.abc import Mapping
from typing import Any

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

from bot.http import check_key, read_json
from transports.browser import offered

router = APIRouter(dependencies=[Depends(check_key)])


@router.post("/api/offer")
async def offer(request: Request) -> dict[str, Any]:
    """An offer {sdp, type} starts a call, one with the `pc_id` of a call renegotiates it."""
    return await _answer(request, await read_json(request))


@router.patch("/api/offer")
async def candidates(request: Request) -> dict[str, str]:
    """ICE candidates {pc_id, candidates: [{candidate, sdp_mid, sdp_mline_index}]}."""
    body = await read_json(request)
    try:
        patch = SmallWebRTCPatchRequest(
            pc_id=str(body["pc_id"]), candidates=[IceCandidate(**c) for c in body["candidates"]]
        )
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
async def start(request: Request) -> dict[str, str]:
    """Pipecat's prebuilt client asks for a session, then offers below it."""
    await read_json(request)
    return {"sessionId": request.app.state.calls.admit()}


@router.post("/sessions/{session_id}/api/offer")
async def offer_in_session(request: Request) -> dict[str, Any]:
    """The same as /api/offer."""
    return await _answer(request, await read_json(request))


@router.patch("/sessions/{session_id}/api/offer")
async def candidates_in_session(request: Request) -> dict[str, str]:
    """The same as PATCH /api/offer."""
    return await candidates(request)


async def _answer(request: Request, body: Mapping[str, Any]) -> dict[str, Any]:
    if problem := offered(dict(body)):
        raise HTTPException(400, problem)
    state = request.app.state
    pc_id = body.get("pc_id") if isinstance(body.get("pc_id"), str) else None
    session_id = None if pc_id else state.calls.admit()

    async def hold(connection: SmallWebRTCConnection) -> None:
        from bot.bot import bot  # with the models, which load while the page is served

        new = session_id or state.calls.admit()
        await state.store.open(new, now=state.wall_clock())
        given = {
            "engine": await asyncio.shield(state.engine),
            "settings": state.settings,
            "journal": functools.partial(state.store.append, new),
        }
        state.calls.hold(
            new,
            bot(
                SmallWebRTCRunnerArguments(webrtc_connection=connection, body=given, session_id=new)
            ),
        )

    described = SmallWebRTCRequest(
        sdp=body["sdp"], type=body["type"], pc_id=pc_id, restart_pc=bool(body.get("restart_pc"))
    )
    try:
        answer = await _handler(request).handle_web_request(described, hold)
    except (ValueError, AssertionError, InvalidStateError, IndexError, KeyError):
        raise HTTPException(400, "`sdp` is no session description that can be used.") from None
    return dict(answer or {})


def _handler(request: Request) -> SmallWebRTCRequestHandler:
    return request.app.state.webrtc
