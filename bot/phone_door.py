"""The routes of telephone calls: Twilio's webhook, and the stream it opens."""

import asyncio
import functools
import time
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket
from loguru import logger

from bot.calls import Calls
from bot.entry import Entry, known, new_session_id
from bot.http import read_body
from bot.settings import Settings
from bot.store import SessionStore
from bot.telephone import Telephone, busy_twiml, connect_twiml, masked
from transports.twilio.line import PhoneLine, Start

router = APIRouter(prefix="/twilio")

OWNER = "telephone"
"""Whose sessions of the telephone are."""
MOST_FIELDS = 200
BUSY = "All our lines are busy. Please call again in a moment."


@router.post("/voice")
async def voice(request: Request) -> Response:
    """A call has come in: TwiML that connects it with our stream."""
    state = request.app.state
    body = await read_body(request)
    form = _form(body)
    url = await _from_twilio(request, form)
    calls: Calls = state.calls
    if calls.full:
        return _twiml(busy_twiml(BUSY))
    entry: Entry = state.entry
    session_id = new_session_id()
    token = await entry.tokens.issue(session_id, OWNER)
    logger.bind(session=session_id, caller=masked(form.get("From", ""))).info("telephone_rings")
    stream = url.replace("http", "ws", 1).removesuffix("/voice") + "/media"
    return _twiml(connect_twiml(stream, token))


@router.websocket("/media")
async def media(websocket: WebSocket) -> None:
    """The call's audio, both ways, until somebody hangs up."""
    state: Any = websocket.app.state
    calls: Calls = state.calls
    settings: Settings = state.settings
    place = calls.admit(OWNER)
    await websocket.accept()
    line = PhoneLine(websocket, rate=settings.max_messages_per_second, clock=time.monotonic)
    await calls.hold_to_end(place, _call(state, line, place), OWNER)


async def _call(state: Any, line: PhoneLine, place: str) -> None:
    settings: Settings = state.settings
    entry: Entry = state.entry
    start = None
    try:
        async with asyncio.timeout(settings.handshake_seconds):
            start = await line.first()
    except TimeoutError:
        pass
    token = await entry.tokens.read(start.parameters.get("token", "")) if start else None
    if not (start and token and token.owner == OWNER and await entry.tokens.spend(token)):
        await line.close(1008)
        return
    calls: Calls = state.calls
    await calls.rename(place, token.session_id)
    await _converse(state, line, start, token.session_id)


async def _converse(state: Any, line: PhoneLine, start: Start, session_id: str) -> None:
    from bot.pipeline import phone_parts  # with the models
    from bot.session import open_session
    from transports.twilio.transport import SPEAKS_AT, PhoneTransport

    settings: Settings = state.settings
    store: SessionStore = state.store
    telephone = Telephone.of(settings)
    await store.open(session_id, now=state.wall_clock(), owner=OWNER)
    engine = await asyncio.shield(state.engine)
    transport = PhoneTransport(line, start)
    elsewhere = False

    async def transfer(_reason: str, _summary: str) -> None:
        nonlocal elsewhere
        if engine.persona.transfer_number:
            elsewhere = await telephone.dial(start.call, engine.persona.transfer_number)
        logger.bind(session=session_id, done=elsewhere).info("transferred")

    session = open_session(
        engine,
        settings,
        phone_parts(engine, transfer),
        transport.input(),
        transport.output(),
        session_id=session_id,
        sample_rate=SPEAKS_AT,
        journal=functools.partial(store.append, session_id),
    )
    session.end_with(transport)
    try:
        await session.run()
    finally:
        if not (line.hung_up or elsewhere):
            await telephone.hang_up(start.call)
        await line.close()


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


def _twiml(text: str) -> Response:
    return Response(text, media_type="application/xml")
