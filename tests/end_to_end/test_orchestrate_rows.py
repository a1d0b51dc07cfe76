"""Rows of the protocol's tables that no other test is about, over a real socket."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client, orchestrate

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"
KEY = {"Authorization": "Bearer right"}


@pytest.fixture
async def keyed(store: SessionStore, engine: Engine) -> AsyncIterator[Doors]:
    async with doors(store, engine, api_keys="right", max_sessions=2) as opened:
        yield opened


async def token(door: Doors) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        return (await http.post(door.url("/api/sessions"), headers=KEY)).json()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("stt_fragment", {"text": "hello", "is_final": False, "timestamp": 1.0}),
        ("vad_end", {"confidence": 1.0}),
        ("user_speaking", {"timestamp": 1.0}),
        ("playback", {"played_ms": 0}),
        ("dtmf", {"digit": "5"}),
    ],
)
async def test_any_first_message_starts_the_session_it_names(
    client: Client, kind: str, fields: dict[str, Any]
):
    """With transcription by the client, at 16 kHz, without a greeting."""
    client.session_id = "call-1"
    await client.send(kind, **fields)
    started = await client.until("session_started")
    assert (started["session_id"], started["resumed"]) == ("call-1", False)
    assert (started["protocol"], started["sample_rate"]) == (1, 16000)
    assert started["audio_format"] == "pcm16"
    await client.lives()
    assert not [m for m in client.messages if m["type"] in ("error", "response_ready")]


async def test_a_first_message_that_hangs_up_ends_it(client: Client):
    """The session was there for a moment."""
    client.session_id = "call-1"
    await client.send("session_end")
    assert (await client.until("session_ended"))["reason"] == "hang_up"
    assert await client.closed() == 1000


async def test_hanging_up_at_once_is_answered(client: Client):
    """Before the session has come about."""
    start = {"type": "session_start", "session_id": "call-1"}
    for message in (start, {"type": "session_end", "session_id": "call-1"}):
        await client.line.send(json.dumps(message))
    assert (await client.until("session_ended"))["reason"] == "hang_up"
    assert await client.closed() == 1000


async def test_a_first_message_joins_the_session_it_names(door: Doors):
    """One of before goes on where it was."""
    async with orchestrate(door) as first:
        first.session_id = "call-1"
        await first.ask(FEE)
        await first.until("turn_complete")
    async with orchestrate(door) as second:
        second.session_id = "call-1"
        await second.ask("And for graduate programs?")
        started = await second.until("session_started")
        assert (started["resumed"], started["turn_number"]) == (True, 1)
        assert (await second.until("turn_complete"))["turn_number"] == 2


async def test_session_start_takes_all_its_fields(client: Client):
    """What we send has the rate that was asked for, or else that of the client's audio."""
    how = {"session_id": "call-1", "language": "en-US", "transcription": "server"}
    started = await client.start(**how, sample_rate=48000)
    assert (started["session_id"], started["sample_rate"]) == ("call-1", 48000)


async def test_keys_are_pressed(client: Client):
    """All twelve are taken; 0 is a person."""
    await client.start()
    for digit in "123456789*#":
        await client.send("dtmf", digit=digit)
    await client.lives()
    await client.send("dtmf", digit="0")
    told = await client.until("processing", stage="transfer")
    assert told["details"]["reason"]
    assert not [m for m in client.messages if m["type"] == "error"]


async def test_without_playback_the_server_reckons_what_was_heard(client: Client):
    """From its own pacing: some of the words, not all of them."""
    await client.start()
    await client.ask(FEE)
    said = await client.until("response_ready")
    await client.until_audio(0.8)
    await client.send("user_speaking", timestamp=1.0)
    heard = (await client.until("clear"))["spoken_text"]
    assert heard
    assert said["text"].startswith(heard)
    assert len(heard) < len(said["text"])


async def test_nothing_is_lost_by_what_is_invalid(client: Client):
    """Broken, unknown, another's: the valid messages between them are answered."""
    await client.start()
    await client.line.send("nonsense")
    await client.send("stt_fragment", text=FEE, is_final=True, timestamp=1.0)
    for frame in ("{}", '{"type": "hello"}', b"\0\0", '{"type": "vad_end", "session_id": "x"}'):
        await client.line.send(frame)
    await client.line.send(
        json.dumps({"type": "vad_end", "session_id": "another", "confidence": 1})
    )
    await client.send("vad_end", confidence=1.0)
    assert (await client.until("transcript", final=True))["text"] == FEE
    await client.until("turn_complete")
    codes = [m["code"] for m in client.messages if m["type"] == "error"]
    assert codes == [
        "bad_message", "bad_message", "unknown_type", "unexpected_audio", "invalid_field",
        "session_mismatch",
    ]  # fmt: skip


async def test_a_pong_has_the_pings_nonce(client: Client):
    """Words or a number; before there is a session as well."""
    for nonce in ("abc", "", 7, "x" * 256):
        await client.line.send(json.dumps({"type": "ping", "nonce": nonce}))
        assert (await client.until("pong"))["nonce"] == nonce
    for nonce in ("x" * 257, 1.5, None, 10**300):
        await client.line.send(json.dumps({"type": "ping", "nonce": nonce}))
        assert "`nonce`" in (await client.until("error", code="invalid_field"))["message"]


async def test_a_second_start_is_refused(client: Client):
    """The session goes on."""
    await client.start()
    await client.send("session_start")
    assert (await client.until("error"))["code"] == "already_started"
    await client.lives()


async def test_a_token_opens_the_session_it_was_given_for(keyed: Doors):
    """With or without its name, and no other."""
    given = await token(keyed)
    path = f"/orchestrate?token={given['token']}"
    async with orchestrate(keyed, path) as client:
        await client.send("session_start", session_id="another", greeting=False)
        assert (await client.until("error"))["code"] == "session_mismatch"
        assert (await client.start())["session_id"] == given["session_id"]
    assert (await keyed.refusal(path))[0] == 401


async def test_without_room_it_is_said_when_to_come_again(keyed: Doors):
    """HTTP 503 before the upgrade, with Retry-After."""
    async with orchestrate(keyed, **KEY) as one, orchestrate(keyed, **KEY):
        status, headers = await keyed.refusal("/orchestrate", **KEY)
        assert status == 503
        assert int(headers["retry-after"]) > 0
        await one.lives()


async def test_a_session_that_is_gone_cannot_be_resumed(door: Doors, store: SessionStore):
    """Its token was good, but what it stands for has expired."""
    async with orchestrate(door) as client:
        started = await client.start()
    await store.forget(started["session_id"])
    async with orchestrate(door) as client:
        await client.send("session_start", resume_token=started["resume_token"])
        answer = await client.until("error")
        assert (answer["code"], answer["fatal"]) == ("cannot_resume", True)
        assert await client.closed() == 4404
