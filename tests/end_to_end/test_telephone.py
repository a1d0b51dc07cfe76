"""Telephone calls: Twilio's webhook and its media stream, over real sockets."""

import asyncio
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from streamdouble.api import call as telephone_call
from streamdouble.chaos import Impairments
from streamdouble.session import SessionConfig
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect

from bot.engine import Engine
from bot.store import SessionStore
from rag_index.facts import canonical
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import (
    CALLER,
    SILENCE,
    TOKEN,
    account,
    begin,
    frames,
    handset,
    parameters,
    ring,
    spoken,
    words,
)

pytestmark = pytest.mark.slow

QUESTION = "How much is the application fee for first-year applicants?"


async def answer(door: Doors, **headers: str) -> httpx.Response:
    """What Twilio is answered when a call comes in."""
    async with httpx.AsyncClient() as http:
        return await http.post(door.url("/twilio/voice"), data=CALLER, headers=headers)


async def stream_token(door: Doors) -> str:
    """The token that the TwiML gives the stream."""
    return parameters(await ring(door))["token"]


async def until(line: ClientConnection, event: str) -> dict[str, Any]:
    """The next message of that kind."""
    async with asyncio.timeout(20):
        async for frame in line:
            message = json.loads(frame)
            if message["event"] == event:
                return message
    raise ConnectionError(f"closed {line.close_code} before {event}")


async def test_a_call_is_connected_with_our_stream(door: Doors):
    """By TwiML, with a token of its own."""
    reply = await answer(door)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/xml")
    stream = ElementTree.fromstring(reply.text).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == door.url("/twilio/media", scheme="ws")
    assert await stream_token(door) != await stream_token(door)


async def test_only_twilio_rings(store: SessionStore, engine: Engine):
    """With its signature for the address that it called, through a proxy that is trusted."""
    given = {"twilio_auth_token": TOKEN, "trusted_proxies": "127.0.0.1"}
    validator = RequestValidator(TOKEN)
    async with doors(store, engine, **given) as door:
        assert (await answer(door)).status_code == 403
        assert (await answer(door, **{"X-Twilio-Signature": "wrong"})).status_code == 403
        plain = validator.compute_signature(door.url("/twilio/voice"), CALLER)
        assert (await answer(door, **{"X-Twilio-Signature": plain})).status_code == 200
        proxied = validator.compute_signature("https://desk.example/twilio/voice", CALLER)
        forwarded = {"Host": "desk.example", "X-Forwarded-Proto": "https"}
        reply = await answer(door, **{"X-Twilio-Signature": proxied, **forwarded})
        assert 'url="wss://desk.example/twilio/media"' in reply.text
    given["trusted_proxies"] = "10.0.0.0/8"
    async with doors(store, engine, **given) as door:
        reply = await answer(door, **{"X-Twilio-Signature": proxied, **forwarded})
        assert reply.status_code == 403


@pytest.mark.parametrize(
    "line", [Impairments(), Impairments(loss=0.01, jitter_ms=40)], ids=["good line", "bad line"]
)
async def test_a_caller_is_answered(door: Doors, engine: Engine, line: Impairments):
    """Asked after the greeting, heard by transcribing the reply; no violation of the protocol."""
    pause = SILENCE * 400
    report = await telephone_call(
        door.url("/twilio/media", scheme="ws"),
        frames=frames(pause + spoken(QUESTION) + pause),
        config=SessionConfig(custom_parameters=parameters(await ring(door)), impairments=line),
    )
    assert report.violations == []
    heard = canonical(words(engine, report.audio_received))
    assert canonical("application fee") in heard
    assert canonical("$60") in heard


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_stream_without_a_token_is_closed(door: Doors, token: str):
    """It never becomes a session."""
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        await begin(line, token)
        await line.wait_closed()
    assert line.close_code == 1008
    assert not len(door.app.state.calls)


async def test_a_stream_that_does_not_say_who_calls_is_closed(store: SessionStore, engine: Engine):
    """Within the time of the handshake."""
    async with doors(store, engine, handshake_seconds=1) as door:
        async with connect(door.url("/twilio/media", scheme="ws")) as line:
            await line.wait_closed()
        assert line.close_code == 1008


async def test_a_token_is_good_once(door: Doors):
    """Whoever saw it can't use it."""
    token = await stream_token(door)
    async with connect(door.url("/twilio/media", scheme="ws")) as first:
        await begin(first, token)
        await until(first, "media")
        async with connect(door.url("/twilio/media", scheme="ws")) as second:
            await begin(second, token)
            await second.wait_closed()
        assert second.close_code == 1008
        await until(first, "media")


async def test_zero_is_a_person(store: SessionStore, engine: Engine, api: TwilioApi):
    """The words are heard, then the call is connected with <Dial>, and not hung up after that."""
    async with doors(store, engine, **account(api)) as door:
        token = await door.app.state.entry.tokens.issue("session-1", "telephone")
        async with handset(door, token) as caller:
            await caller.until(lambda: caller.count("mark"))
            await caller.press("0")
            await caller.until(lambda: caller.count("clear"))
            async with asyncio.timeout(20):
                await api.asked()
            await caller.hang_up()
            await caller.line.wait_closed()
    assert len(api.updates) == 1
    update = api.updates[0]
    assert update.path == "/2010-04-01/Accounts/AC1/Calls/CA1.json"
    assert (update.user, update.password) == ("AC1", TOKEN)
    assert f"<Dial>{engine.persona.transfer_number}</Dial>" in update.form["Twiml"]


@pytest.mark.parametrize("status", [200, 404])
async def test_a_call_that_we_end_is_hung_up(
    store: SessionStore, engine: Engine, api: TwilioApi, status: int
):
    """Through the REST API; one that is over already is no trouble."""
    api.status = status
    async with doors(store, engine, **account(api)) as door:
        token = await door.app.state.entry.tokens.issue("session-2", "telephone")
        async with connect(door.url("/twilio/media", scheme="ws")) as line:
            await begin(line, token)
            await until(line, "media")
            await door.app.state.calls.end("session-2")
            await line.wait_closed()
    assert [update.form for update in api.updates] == [{"Status": "completed"}]


async def test_what_is_no_message_of_twilio_does_no_harm(door: Doors):
    """Broken, unknown, of the wrong shape: the call goes on; twenty unreadable ones end it."""
    token = await stream_token(door)
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        await begin(line, token)
        for frame in (
            "nonsense", b"\0\1", "[]", "{}", '{"event": 5}', '{"event": "media"}',
            '{"event": "media", "media": {"payload": "%%%"}}',
            '{"event": "media", "media": {"payload": "AAA"}}',
            '{"event": "mark", "mark": {"name": "0:99999999999999999999"}}',
            '{"event": "dtmf", "dtmf": {"digit": "12"}}', '{"event": "start", "start": {}}',
        ):  # fmt: skip
            await line.send(frame)
        await until(line, "media")
        for _ in range(20):
            await line.send("nonsense")
        await line.wait_closed()
    assert line.close_code == 1007
