"""/ws over a real socket with the real models: what no SDK in a browser would send or show."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import numpy as np
import pytest
import soxr

from benchmarks.voices import RATE, VOICES, as_recording
from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.bot.rtvi_client import RtviClient, audio_frame, message_frame, rtvi_client

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


@pytest.fixture
async def client(door: Doors) -> AsyncIterator[RtviClient]:
    async with rtvi_client(door) as opened:
        yield opened


@pytest.mark.parametrize("rate", [8000, 48000])
async def test_audio_is_transcribed_at_every_rate(client: RtviClient, rate: int):
    """As phones and headsets have it, however fast it comes; also when muted at once."""
    await client.until("state_change", to="IDLE")  # after the greeting
    samples = as_recording(VOICES["hibari"](FEE)).astype(np.float32)
    samples = samples[: np.flatnonzero(np.abs(samples) > 500)[-1]]  # muted on the last sound
    pcm = soxr.resample(samples, RATE, rate).astype(np.int16).tobytes()
    chunk = 2 * (rate // 50)
    for at in range(0, len(pcm), chunk):
        await client.line.send(audio_frame(pcm[at : at + chunk], rate))
    words = await client.until("transcript", role="user", final=True)
    assert "application fee" in words["text"].lower()
    await client.until("turn_complete")
    told = [m["data"] for m in client.rtvi if m["type"] == "user-transcription"]
    assert [said["text"] for said in told if said["final"]] == [words["text"]]
    assert "$60" in " ".join(m["text"] for m in client.messages if m["type"] == "response_ready")


async def test_a_barge_in_is_told_as_pipecats_clients_know_it(client: RtviClient):
    """An interruption frame and `bot-interrupted`, once; the rest of the greeting isn't sent."""
    await client.until_audio(0.5, rate=24000)
    await client.send("send-text", content=FEE)
    await client.until_rtvi("bot-interrupted")
    await client.until("turn_complete", interrupted=False)
    assert client.cuts == 1
    assert [m["type"] for m in client.rtvi].count("bot-interrupted") == 1


BAD: list[Any] = [
    "text",
    b"\xff\xff\xff",
    b"",
    message_frame("no json"),
    message_frame("[1]"),
    message_frame("[" * 20000),
    audio_frame(b"\0\0\0"),
    audio_frame(b"\0\0", rate=96000),
    audio_frame(b"\0\0\0\0", channels=2),
]


async def test_what_is_no_frame_is_dropped_and_loses_nothing(client: RtviClient):
    """The twentieth in a row ends the line; a good one in between begins the count anew."""
    for bad in (*BAD, *BAD):
        await client.line.send(bad)
    await client.send("client-ready", version="2.0.0")
    assert (await client.until_rtvi("bot-ready"))["id"] == "id-client-ready"
    for bad in (*BAD, *BAD, *BAD[:2]):
        await client.line.send(bad)
    assert await client.closed() == 1007


async def test_a_message_that_is_too_long_ends_the_line(client: RtviClient):
    """64 KiB are the most."""
    await client.line.send(message_frame(json.dumps({"label": "rtvi-ai", "x": "x" * 65536})))
    assert await client.closed() == 1009


@pytest.mark.parametrize(
    ("kind", "data", "says"),
    [
        ("send-text", {}, "carries"),
        ("send-text", {"content": "  "}, "characters"),
        ("send-text", {"content": "x" * 10001}, "characters"),
        ("send-text", {"content": FEE, "options": {"run_immediately": False}}, "at once"),
        ("dtmf", {"buttons": ["x"]}, "carries"),
        ("raw-audio", {"base64Audio": "AAAA", "sampleRate": "x", "numChannels": 1}, "Nothing"),
        ("client-message", {"t": "secret", "d": {}}, "Nothing"),
    ],
)
async def test_what_is_not_understood_is_told_in_our_words(
    client: RtviClient, kind: str, data: dict[str, Any], says: str
):
    """With the message's id; the call goes on."""
    await client.send(kind, **data)
    answer = await client.until_rtvi("error-response")
    assert answer["id"] == f"id-{kind}"
    assert says in answer["data"]["error"]
    await client.send("client-ready", version="2.0.0")
    await client.until_rtvi("bot-ready")


async def test_a_draining_server_says_so(store: SessionStore, engine: Engine):
    """`session_ended`, then 1012: connect again, another server takes the call."""
    async with doors(store, engine) as door, rtvi_client(door) as client:
        await client.until("session_started")
        door.server.should_exit = True
        assert (await client.until("session_ended"))["reason"] == "draining"
        assert await client.closed() == 1012


async def test_disconnect_bot_hangs_up(client: RtviClient):
    """The bot ends the call when it was asked to."""
    await client.until("session_started")
    await client.send("disconnect-bot")
    assert await client.closed() == 1000


async def test_a_place_is_for_its_key_and_good_once(store: SessionStore, engine: Engine):
    """/connect with a key gives a token; the session belongs to the key."""
    mine, other = ({"Authorization": f"Bearer {key}"} for key in ("one", "two"))
    async with (
        doors(store, engine, api_keys="one,two") as door,
        httpx.AsyncClient(base_url=door.url("")) as http,
    ):
        place = (await http.post("/connect", headers=mine)).json()
        assert set(place) == {"ws_url", "token"}
        assert place["ws_url"] == door.url("/ws", scheme="ws")
        query = f"?token={place['token']}"
        async with rtvi_client(door, query) as client:
            session_id = (await client.until("session_started"))["session_id"]
            assert (await door.come_in(f"/ws{query}")).startswith("401")
            path = f"/api/sessions/{session_id}"
            assert (await http.get(path, headers=mine)).status_code == 200
            assert (await http.get(path, headers=other)).status_code == 404
