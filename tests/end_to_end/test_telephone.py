"""Telephone calls: Twilio's webhook and its media stream, over real sockets."""

import asyncio
import base64
import json
import wave
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
import pytest
import soxr
from streamdouble.api import call as telephone_call
from streamdouble.chaos import Impairments
from streamdouble.session import SessionConfig
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.judging import canonical
from benchmarks.voices import RATE, VOICES, as_recording
from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi, twilio_api

pytestmark = pytest.mark.slow

QUESTION = "How much is the application fee for first-year applicants?"
CALLER = {"From": "+15551230199", "To": "+15550100", "CallSid": "CA0123"}
TOKEN = "an-auth-token"
SILENCE = base64.b64encode(b"\xff" * 160).decode()


async def ring(door: Doors, **headers: str) -> httpx.Response:
    """Twilio asks what to do with a call."""
    async with httpx.AsyncClient() as http:
        return await http.post(door.url("/twilio/voice"), data=CALLER, headers=headers)


async def stream_token(door: Doors) -> str:
    """The token that the TwiML gives the stream."""
    parameter = ElementTree.fromstring((await ring(door)).text).find("Connect/Stream/Parameter")
    assert parameter is not None
    assert parameter.get("name") == "token"
    return parameter.get("value", "")


async def begin(line: ClientConnection, token: str) -> None:
    """What Twilio sends first."""
    start = {
        "streamSid": "MZ1", "callSid": "CA1", "accountSid": "AC1", "tracks": ["inbound"],
        "customParameters": {"token": token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }  # fmt: skip
    await line.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await line.send(json.dumps({"event": "start", "streamSid": "MZ1", "start": start}))


async def quiet(line: ClientConnection) -> None:
    """A caller who says nothing."""
    while True:
        media = {"event": "media", "streamSid": "MZ1", "media": {"payload": SILENCE}}
        await line.send(json.dumps(media))
        await asyncio.sleep(0.02)


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
    answer = await ring(door)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/xml")
    stream = ElementTree.fromstring(answer.text).find("Connect/Stream")
    assert stream is not None
    assert stream.get("url") == door.url("/twilio/media", scheme="ws")
    assert await stream_token(door) != await stream_token(door)


async def test_only_twilio_rings(store: SessionStore, engine: Engine):
    """With its signature for the address that it called, through a proxy that is trusted."""
    given = {"twilio_auth_token": TOKEN, "trusted_proxies": "127.0.0.1"}
    validator = RequestValidator(TOKEN)
    async with doors(store, engine, **given) as door:
        assert (await ring(door)).status_code == 403
        assert (await ring(door, **{"X-Twilio-Signature": "wrong"})).status_code == 403
        plain = validator.compute_signature(door.url("/twilio/voice"), CALLER)
        assert (await ring(door, **{"X-Twilio-Signature": plain})).status_code == 200
        proxied = validator.compute_signature("https://desk.example/twilio/voice", CALLER)
        forwarded = {"Host": "desk.example", "X-Forwarded-Proto": "https"}
        answer = await ring(door, **{"X-Twilio-Signature": proxied, **forwarded})
        assert 'url="wss://desk.example/twilio/media"' in answer.text
    given["trusted_proxies"] = "10.0.0.0/8"
    async with doors(store, engine, **given) as door:
        answer = await ring(door, **{"X-Twilio-Signature": proxied, **forwarded})
        assert answer.status_code == 403


@pytest.mark.parametrize(
    "line", [Impairments(), Impairments(loss=0.01, jitter_ms=40)], ids=["good line", "bad line"]
)
async def test_a_caller_is_answered(door: Doors, engine: Engine, tmp_path: Path, line: Impairments):
    """Asked after the greeting, heard by transcribing the reply; no violation of the protocol."""
    said = as_recording(VOICES["hibari"](QUESTION)).astype(np.float32)
    quiet = np.random.default_rng(0).integers(-3, 4, 8 * RATE).astype(np.float32)
    pcm = soxr.resample(np.concatenate([quiet, said, quiet]), RATE, 8000).astype(np.int16)
    with wave.open(str(tmp_path / "caller.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(pcm.tobytes())
    token = await stream_token(door)
    report = await telephone_call(
        door.url("/twilio/media", scheme="ws"),
        audio_path=tmp_path / "caller.wav",
        config=SessionConfig(custom_parameters={"token": token}, impairments=line),
    )
    assert report.violations == []
    heard = engine.speech.recognizer.words(_pcm16k(report.audio_received))
    assert canonical("application fee") in canonical(heard)
    assert canonical("$60") in canonical(heard)


def _pcm16k(ulaw: bytes) -> bytes:
    inverted = ~np.frombuffer(ulaw, dtype=np.uint8)
    magnitude = (((inverted & 0x0F).astype(np.int32) << 3) + 0x84) << ((inverted >> 4) & 7)
    samples = np.where(inverted & 0x80, 0x84 - magnitude, magnitude - 0x84).astype(np.float32)
    return soxr.resample(samples, 8000, RATE).astype(np.int16).tobytes()


@pytest.mark.parametrize("token", ["", "wrong"])
async def test_a_stream_without_a_token_is_closed(door: Doors, token: str):
    """It never becomes a session."""
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        await begin(line, token)
        await line.wait_closed()
    assert line.close_code == 1008
    assert not len(door.app.state.calls)


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


@pytest.fixture
async def api() -> Any:
    async with twilio_api() as opened:
        yield opened


async def test_zero_is_a_person(store: SessionStore, engine: Engine, api: TwilioApi):
    """The words are heard, then the call is connected with <Dial>, and not hung up after that."""
    account = {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_api_url": api.url}
    async with doors(store, engine, **account) as door:
        entry = door.app.state.entry
        token = await entry.tokens.issue("session-1", "telephone")
        async with connect(door.url("/twilio/media", scheme="ws")) as line:
            await begin(line, token)
            talking = asyncio.create_task(quiet(line))
            await until(line, "mark")
            await line.send(
                json.dumps({"event": "dtmf", "streamSid": "MZ1", "dtmf": {"digit": "0"}})
            )
            await until(line, "clear")
            async with asyncio.timeout(20):
                while not api.updates:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            talking.cancel()
            await line.send(json.dumps({"event": "stop", "streamSid": "MZ1", "stop": {}}))
            await line.wait_closed()
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
    account = {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_api_url": api.url}
    async with doors(store, engine, **account) as door:
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
