"""Random messages, valid and not, in any order, through the WebSocket doors.

A few in `make test`, ten thousand of each in `make fuzz`.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from conversation.states import TRANSITIONS, Event, State
from tests.bot.doors import Doors
from tests.bot.orchestrate_client import orchestrate
from tests.bot.rtvi_client import audio_frame, message_frame, rtvi_client
from tests.end_to_end.telephone import begin

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
    before = len(asyncio.all_tasks())
    async with orchestrate(door) as client:
        try:
            for frame in sequence:
                await client.line.send(frame)
            await client.send("ping", nonce="alive")
            await client.until("pong", nonce="alive")
        except (ConnectionClosed, ConnectionError):
            assert client.line.close_code in CODES
    moves = {(m["from"], m["to"]) for m in client.messages if m["type"] == "state_change"}
    assert moves <= {(source, target) for (source, _), target in TRANSITIONS.items()}
    await _over(door, before)


kinds = st.sampled_from(["send-text", "dtmf", "client-ready", "raw-audio", "ui-event", "x", ""])
client_frames = st.one_of(
    st.builds(
        lambda kind, data: message_frame(
            json.dumps({"label": "rtvi-ai", "type": kind, "id": "1", "data": data})
        ),
        kinds,
        values | st.fixed_dictionaries({"content": words, "buttons": st.just(["0", "#"])}),
    ),
    values.map(lambda v: message_frame(json.dumps(v))),
    values.map(lambda v: message_frame(json.dumps({"label": "rtvi-ai", "type": v}))),
    st.builds(audio_frame, st.binary(max_size=700), st.sampled_from([0, 8000, 16000, 44100])),
    st.binary(max_size=300),
    st.text(max_size=30),
    st.just(message_frame("x" * 65_537)),
)


@given(st.lists(client_frames, max_size=12))
@_examples()
async def test_a_pipecat_client_is_lived_with_whatever_it_sends(
    door: Doors, sequence: list[str | bytes]
):
    """Our messages stay of the protocol, and a client that is ready is answered; or it ends."""
    before = len(asyncio.all_tasks())
    async with rtvi_client(door) as client:
        try:
            for frame in sequence:
                await client.line.send(frame)
            await client.send("client-ready", version="2.0.0")
            await client.until_rtvi("bot-ready")
        except ConnectionClosed:
            pass
        assert client.line.close_code in {None, 1007, 1009}
    await _over(door, before)


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
    st.sampled_from(["MZ2", "", "x" * 99]).map(
        lambda other: twilio("stop", stop={}).replace("MZ1", other)
    ),
    st.just(twilio("media", media={"track": "outbound", "payload": "////"})),
    st.just(twilio("stop", stop={})),
    st.text(max_size=30),
    st.binary(max_size=300),
)


@given(st.booleans(), st.integers(0, 7), st.lists(stream_frames, max_size=12))
@_examples()
async def test_a_telephone_line_lives_with_anything(
    door: Doors, begins: bool, asks: int, sequence: list[str | bytes]
):
    """It ends when Twilio says stop, or for a reason; nothing is left of it.

    asks: 0 is a caller who wants a person in the end, and is understood if the line is still there.
    """
    session, before = f"call-{next(_numbers)}", len(asyncio.all_tasks())
    token = await door.app.state.entry.tokens.issue(session, "telephone")
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        try:
            if begins:
                await begin(line, token)
            for frame in sequence:
                await line.send(frame)
            if begins and asks == 0:
                await line.send(twilio("dtmf", dtmf={"digit": "*"}))
                await line.send(twilio("dtmf", dtmf={"digit": "0"}))
                await _understood(door, session, line)
            await line.send(twilio("stop", stop={}))
            if not begins:
                await line.close()
            async with asyncio.timeout(20):
                async for frame in line:
                    assert json.loads(frame)["event"] in {"media", "mark", "clear"}
        except ConnectionClosed:
            pass
    assert line.close_code in {1000, 1007, 1008}
    await _over(door, before)
    await _in_the_table(door, session)


_numbers = iter(range(10**9))


async def _understood(door: Doors, session: str, line: ClientConnection) -> None:
    """Until the caller's wish is in the record; or the line has ended."""
    async with asyncio.timeout(20):
        while line.close_code is None:
            with suppress(TimeoutError):  # reads: a line that nobody reads stands still
                await asyncio.wait_for(line.recv(), 0.02)
            if any(e["kind"] == "transcript" for e in await _events(door, session)):
                return


async def _in_the_table(door: Doors, session: str) -> None:
    """Every move of the session is one of the table's, from where the last one led to."""
    state = State.IDLE
    for entry in await _events(door, session):
        if entry["kind"] == "transition":
            state = TRANSITIONS[state, Event(entry["event"])]
            assert entry["to"] == state
    record = await door.app.state.store.read(session)
    assert record is None or record.state == state


async def _events(door: Doors, session: str) -> list[dict[str, Any]]:
    return await door.app.state.store.events(session)


async def _over(door: Doors, before: int) -> None:
    """Nothing is left of the call: no slot, no task. before: how many tasks there were."""
    try:
        async with asyncio.timeout(20):
            while len(door.app.state.calls) or len(asyncio.all_tasks()) > before:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        left = sorted(str(task) for task in asyncio.all_tasks())
        raise AssertionError(f"{len(left)} tasks, {before} before: {left}") from None
