"""Random messages, valid and not, in any order, through the WebSocket doors.

A few in `make test`, ten thousand of each in `make fuzz`.
"""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.bot.doors import Doors
from tests.bot.orchestrate_client import orchestrate

pytestmark = pytest.mark.slow

CODES = {1000, 1007, 1009, 4404, 4429}
SHORT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FULL = settings.get_profile("fuzz")


def _examples() -> settings:
    return FULL if settings().max_examples == FULL.max_examples else SHORT


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=5,
)
names = st.sampled_from(["s", "t", ""])
words = st.sampled_from(["How much is it", "stop", "mm-hm", "", "the fee?", "\u0000", "🎓"])


def message(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A valid one; its session may be another."""
    return st.fixed_dictionaries({"type": st.just(kind), **fields})


valid = st.one_of(
    message("stt_fragment", session_id=names, text=words, is_final=st.booleans(),
            timestamp=st.just(1.0)),
    message("vad_end", session_id=names, confidence=st.floats(0, 1)),
    message("user_speaking", session_id=names, timestamp=st.just(2)),
    message("session_start", session_id=names, greeting=st.booleans(),
            transcription=st.sampled_from(["client", "server"]),
            sample_rate=st.sampled_from([8000, 16000, 44100])),
    message("session_start", resume_token=st.text(max_size=8)),
    message("playback", session_id=names, played_ms=st.floats(0, 1e6)),
    message("dtmf", session_id=names, digit=st.sampled_from("0123456789*#")),
    message("ping", nonce=st.integers()),
    message("session_end", session_id=names),
)  # fmt: skip
broken = st.builds(
    lambda known, name, value: {**known, name: value},
    valid,
    st.sampled_from(["type", "session_id", "text", "timestamp", "digit", "sample_rate", "x"]),
    values,
)
frames = st.one_of(
    valid.map(json.dumps),
    valid.map(json.dumps),
    broken.map(json.dumps),
    values.map(json.dumps),
    st.text(max_size=30),
    st.binary(max_size=700),
    st.just("x" * 65_537),
    st.just(bytes(2 * 32_000)),
)


@given(st.lists(frames, max_size=12))
@_examples()
async def test_orchestrate_lives_with_anything(door: Doors, sequence: list[str | bytes]):
    """Every answer is of the protocol, and a ping is still answered; or the end has a reason."""
    async with orchestrate(door) as client:
        try:
            for frame in sequence:
                await client.line.send(frame)
            await client.send("ping", nonce="alive")
            await client.until("pong", nonce="alive")
        except (ConnectionClosed, ConnectionError):
            assert client.line.close_code in CODES
    await _over(door)


def twilio(event: str, **fields: Any) -> str:
    """A message as Twilio sends it."""
    return json.dumps({"event": event, "streamSid": "MZ1", **fields})


payloads = st.sampled_from(["/////w==", "AAAA", "", "%%", "A"]) | st.text(max_size=8)
stream_frames = st.one_of(
    payloads.map(lambda p: twilio("media", media={"payload": p})),
    st.sampled_from("0123456789*#x").map(lambda d: twilio("dtmf", dtmf={"digit": d})),
    st.sampled_from(["0:200", "9:1", "", "x"]).map(lambda n: twilio("mark", mark={"name": n})),
    values.map(lambda v: json.dumps({"event": "media", "media": v})),
    values.map(lambda v: json.dumps({"event": "start", "start": v})),
    values.map(json.dumps),
    st.just(twilio("connected")),
    st.just(twilio("stop", stop={})),
    st.text(max_size=30),
    st.binary(max_size=300),
)


@given(st.booleans(), st.lists(stream_frames, max_size=12))
@_examples()
async def test_a_telephone_line_lives_with_anything(
    door: Doors, begins: bool, sequence: list[str | bytes]
):
    """It ends when Twilio says stop, or for a reason; nothing is left of it."""
    token = await door.app.state.entry.tokens.issue(f"call-{next(_numbers)}", "telephone")
    start = {
        "streamSid": "MZ1", "callSid": "CA1", "customParameters": {"token": token},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }  # fmt: skip
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        try:
            if begins:
                await line.send(twilio("start", start=start))
            for frame in sequence:
                await line.send(frame)
            await line.send(twilio("stop", stop={}))
            if not begins:
                await line.close()
            async with asyncio.timeout(20):
                async for frame in line:
                    assert json.loads(frame)["event"] in {"media", "mark", "clear"}
        except ConnectionClosed:
            pass
    assert line.close_code in {1000, 1007, 1008}
    await _over(door)


_numbers = iter(range(10**9))


async def _over(door: Doors) -> None:
    """Nothing is left of the call."""
    async with asyncio.timeout(20):
        while len(door.app.state.calls):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
