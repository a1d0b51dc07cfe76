"""What goes wrong on /orchestrate, row by row, over a real socket."""

import json
from typing import Any

import pytest

from tests.bot.orchestrate_client import Client

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("nonsense", "bad_message"),
        ("[1, 2]", "bad_message"),
        ('"text"', "bad_message"),
        ("{}", "bad_message"),
        ('{"type": "ping", "nonce": NaN}', "bad_message"),
        ('{"type": "ping", "nonce": "\\ud800"}', "bad_message"),
        ("[" * 20000, "bad_message"),
        ('{"type": "hello"}', "unknown_type"),
        ('{"type": ["ping"]}', "unknown_type"),
        (b"\0\0", "unexpected_audio"),
    ],
)
async def test_what_is_no_message_is_answered_and_loses_nothing(
    client: Client, frame: str | bytes, code: str
):
    """Before a session as well as in one."""
    for _ in range(2):
        await client.line.send(frame)
        answer = await client.until("error")
        assert answer["code"] == code
        assert not answer["fatal"]
        await client.lives()
        if client.session_id is None:
            await client.start()


async def test_the_twentieth_bad_message_in_a_row_ends_it(client: Client):
    """A good one in between begins the count anew."""
    for _ in range(19):
        await client.line.send("nonsense")
    await client.lives()
    for _ in range(20):
        await client.line.send("nonsense")
    assert await client.closed() == 1007


GOOD: dict[str, dict[str, Any]] = {
    "stt_fragment": {"text": "hello", "is_final": False, "timestamp": 1.5},
    "vad_end": {"confidence": 0.5},
    "user_speaking": {"timestamp": 1},
    "playback": {"played_ms": 10},
    "dtmf": {"digit": "5"},
    "session_end": {},
}
BAD = [
    *((kind, name, None) for kind, fields in GOOD.items() for name in [*fields, "session_id"]),
    ("stt_fragment", "text", 5),
    ("stt_fragment", "text", "x" * 10001),
    ("stt_fragment", "is_final", "yes"),
    ("stt_fragment", "timestamp", -1),
    ("vad_end", "confidence", 1.5),
    ("user_speaking", "timestamp", "now"),
    ("playback", "played_ms", -1),
    ("dtmf", "digit", "12"),
    ("dtmf", "digit", 5),
    ("session_end", "session_id", ""),
]


@pytest.mark.parametrize(("kind", "name", "value"), BAD)
async def test_a_wrong_field_is_named(client: Client, kind: str, name: str, value: Any):
    """Missing, of the wrong type, out of range."""
    await client.start()
    message = {"type": kind, "session_id": client.session_id, **GOOD[kind], name: value}
    if value is None:
        del message[name]
    await client.line.send(json.dumps(message))
    answer = await client.until("error")
    assert answer["code"] == "invalid_field"
    assert f"`{name}`" in answer["message"]
    await client.lives()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sample_rate", 7999), ("sample_rate", 48001), ("sample_rate", "16000"),
        ("output_sample_rate", 0), ("transcription", "both"), ("greeting", 1), ("language", "?"),
        ("session_id", "with space"), ("resume_token", 5),
    ],
)  # fmt: skip
async def test_a_wrong_field_of_session_start_is_named(client: Client, name: str, value: Any):
    """And the session can be started after it."""
    await client.send("session_start", **{name: value})
    answer = await client.until("error")
    assert (answer["code"], answer["fatal"]) == ("invalid_field", False)
    assert f"`{name}`" in answer["message"]
    await client.start()


async def test_another_sessions_id_is_refused(client: Client):
    """This connection is about one session."""
    await client.start()
    await client.line.send(json.dumps({"type": "session_end", "session_id": "another"}))
    assert (await client.until("error"))["code"] == "session_mismatch"
    await client.lives()


@pytest.mark.parametrize("frame", ["x" * 65537, "ü" * 32769, b"\0" * (256 * 1024 + 2)])
async def test_a_frame_that_is_too_long_ends_it(client: Client, frame: str | bytes):
    """Text over 64 KiB, binary over 256 KiB."""
    await client.start(transcription="server")
    await client.line.send(frame)
    assert await client.closed() == 1009


async def test_half_a_sample_is_no_audio(client: Client):
    """And fragments are not for a session that we transcribe."""
    await client.start(transcription="server")
    await client.line.send(b"\0\0\0")
    assert (await client.until("error"))["code"] == "bad_audio"
    await client.send("vad_end", confidence=1.0)
    assert (await client.until("error"))["code"] == "unexpected_fragment"
    await client.lives()


async def test_too_many_messages_end_it(client: Client):
    """More than 200 a second for two seconds."""
    await client.start()
    for _ in range(600):
        await client.line.send('{"type": "ping", "nonce": 1}')
    assert (await client.until("error"))["code"] == "rate_limited"
    assert await client.closed() == 4429
