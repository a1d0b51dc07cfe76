"""The routes of telephone calls: Twilio's webhook, and the stream it opens."""

import asyncio
import time
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from loguru import logger

from bot.calls import Calls
from bot.entry import TELEPHONE, Entry, known, new_session_id
from bot.http import read_body
from bot.openapi import FORM, refusals
from bot.outbound import Outbound
from bot.phone_call import converse
from bot.reconnecting import WAIT_SECONDS, Reconnect
from bot.resuming import Resuming
from bot.settings import Settings
from bot.telephone import (
    Telephone,
    busy_twiml,
    connect_twiml,
    hang_up_twiml,
    masked,
    wait_twiml,
)
from bot.tokens import Token
from conversation.answered import By
from transports.line import Limits
from transports.twilio.line import PhoneLine, Start

router = APIRouter(prefix="/twilio")


MOST_FIELDS = 200
NO_TOKEN, NO_ROOM = 1008, 1013
BUSY = "All our lines are busy. Please call again in a moment."
CUT_OFF = "I'm sorry, we have been cut off. Please call again."


class Xml(Response):
    """TwiML."""

    media_type = "application/xml"


@router.post(
    "/voice",
    response_class=Xml,
    responses=refusals(400, 401, 403, 408, 413),
    openapi_extra=FORM,
)
async def voice(request: Request) -> Response:
    """A call has come in: TwiML that connects it with our stream."""
    state = request.app.state
    body = await read_body(request)
    form = _form(body)
    url = await _from_twilio(request, form)
    resuming = Resuming.of(state.settings, state.store)
    back = await Reconnect.of_webhook(request.query_params, form.get("CallSid", ""), resuming)
    calls: Calls = state.calls
    if back.over:
        return Xml(hang_up_twiml())
    if back.enough:
        return Xml(busy_twiml(CUT_OFF))
    if back.unsure or (back.token and calls.full):
        return Xml(wait_twiml(WAIT_SECONDS, back.next(url)))
    if calls.full:
        calls.turn_away()
        return Xml(busy_twiml(BUSY))
    return await _connected(request, form, url, back, resuming)


async def _connected(
    request: Request, form: dict[str, str], url: str, back: Reconnect, resuming: Resuming
) -> Response:
    settings: Settings = request.app.state.settings
    outbound = Outbound.of_webhook(form, request.query_params)
    if outbound and outbound.by is By.MACHINE and settings.voicemail == "hang_up":
        return Xml(hang_up_twiml())
    entry: Entry = request.app.state.entry
    session_id, call = new_session_id(), form.get("CallSid", "")
    of_call = call if settings.twilio_auth_token else ""
    told = {"token": await entry.tokens.issue(session_id, TELEPHONE, of_call)}
    resume = back.token if back.known else await resuming.call_token(session_id, call)
    if back.known:
        told["resume"] = resume
    log = logger.bind(session=session_id, caller=masked(form.get("From", "")))
    log.bind(reconnects=back.count).info("telephone_rings")
    stream = url.replace("http", "ws", 1).removesuffix("/voice") + "/media"
    told |= outbound.parameters if outbound else {}
    return Xml(connect_twiml(stream, told, back.next(url, resume)))


@router.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """The call's audio, both ways, until somebody hangs up.

    Whoever shows no token takes no place from those who do.
    """
    state: Any = websocket.app.state
    calls: Calls = state.calls
    settings: Settings = state.settings
    await websocket.accept()
    stalls = settings.stalled_line_seconds  # Twilio sends audio all the time
    limits = Limits(
        settings.max_messages_per_second, settings.max_message_bytes, takes=stalls, speaks=stalls
    )
    line = PhoneLine(websocket, limits, clock=time.monotonic)
    found = await _announced(state, line)
    if found is None or calls.full:
        if found:
            calls.turn_away()
        await line.close(NO_TOKEN if found is None else NO_ROOM)
        return
    start, place = found
    await calls.hold_to_end(place, converse(state, line, start, place), TELEPHONE)


async def _announced(state: Any, line: PhoneLine) -> tuple[Start, str] | None:
    """Which call it is, and its session; None: it did not show a token of its own in time."""
    settings: Settings = state.settings
    entry: Entry = state.entry
    start = None
    try:
        async with asyncio.timeout(settings.handshake_seconds):
            start = await line.first()
    except TimeoutError:
        pass
    token = await entry.tokens.read(start.parameters.get("token", "")) if start else None
    if not (start and token and _of_call(token, start) and await entry.tokens.spend(token)):
        return None
    return start, token.session_id


def _of_call(token: Token, start: Start) -> bool:
    """Whether the token was given to this call: to no other one, if the webhook was signed."""
    return token.owner == TELEPHONE and token.about in ("", start.call)


async def _from_twilio(request: Request, form: dict[str, str]) -> str:
    """The address that was called, as Twilio knows it. Raises HTTP 401, 403."""
    settings: Settings = request.app.state.settings
    url = str(request.url)
    if settings.public_url:
        url = settings.public_url.rstrip("/") + request.url.path
        url += f"?{request.url.query}" if request.url.query else ""
    telephone = Telephone.of(settings)
    if telephone.token is None:
        await known(request)
    elif not telephone.signed(url, form, request.headers.get("X-Twilio-Signature", "")):
        raise HTTPException(
            403,
            "This is not signed by Twilio with TWILIO_AUTH_TOKEN for this address: check both, and "
            "TURNWISE_PUBLIC_URL behind a proxy.",
        )
    return url.partition("?")[0]


def _form(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(400, "The body is no form: send it as Twilio does.") from None
