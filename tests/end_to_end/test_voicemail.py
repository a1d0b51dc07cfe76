"""A voicemail answers a call that we placed."""

import numpy as np
import pytest
from streamdouble import g711
from streamdouble.api import call as telephone_call
from streamdouble.session import SessionConfig

from bot.engine import Engine
from bot.store import SessionStore
from rag_index.facts import canonical
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import (
    SILENCE,
    account,
    frames,
    handset,
    parameters,
    ring,
    spoken,
    words,
)

pytestmark = pytest.mark.slow

RECORDING = "You have reached the voicemail of Sam Miller. Please leave a message after the tone."
OUTBOUND = {"Direction": "outbound-api"}
PLACED = {"direction": "outbound"}


def tone(seconds: float = 0.4) -> bytes:
    at = np.arange(int(8000 * seconds)) / 8000
    return g711.encode((8000 * np.sin(2 * np.pi * 1000 * at)).astype(np.int16))


@pytest.fixture(scope="module")
def recording() -> bytes:
    """What callers of a voicemail hear, by its own voice."""
    first, then = RECORDING.split(". ")
    return SILENCE * 25 + spoken(first) + SILENCE * 25 + spoken(then) + SILENCE * 15 + tone()


async def test_a_voicemail_gets_the_message(door: Doors, engine: Engine, recording: bytes):
    """After its tone, all of it, and nothing before; no violation of the protocol."""
    told = parameters(await ring(door, **OUTBOUND))
    pause = SILENCE * 650
    report = await telephone_call(
        door.url("/twilio/media", scheme="ws"),
        frames=frames(recording + pause),
        config=SessionConfig(custom_parameters=told),
    )
    assert report.violations == []
    assert report.time_to_first_audio_ms is not None
    assert report.time_to_first_audio_ms > len(recording) / 8
    heard = canonical(words(engine, report.audio_received))
    assert canonical("I am sorry that I missed you") in heard
    assert canonical("call us back") in heard
    assert canonical("Hello, this is Robin, calling from") not in heard


@pytest.mark.parametrize("voicemail", ["message", "hang_up"])
async def test_the_call_is_hung_up_then(
    store: SessionStore, engine: Engine, api: TwilioApi, recording: bytes, voicemail: str
):
    """With the message left, or without a word, as the operator has it; it is in the record."""
    async with doors(store, engine, voicemail=voicemail, **account(api)) as door:
        token = await door.app.state.entry.tokens.issue("placed", "telephone")
        async with handset(door, {"token": token, **PLACED}) as machine:
            machine.says(recording)
            await machine.line.wait_closed()
        assert (await api.asked()).form == {"Status": "completed"}
        assert bool(machine.audio) is (voicemail == "message")
        events = await store.events("placed")
    assert [e["by"] for e in events if e["kind"] == "answered"] == ["machine"]
    assert not [e for e in events if e["kind"] == "transcript"]
    said = [e["text"] for e in events if e["kind"] == "answer"]
    assert said == ([engine.persona.voicemail] if voicemail == "message" else [])


async def test_what_twilio_has_found_out_is_believed(store: SessionStore, engine: Engine):
    """A machine whose tone is over gets the message at once; or the call ends before a stream."""
    machine = {**OUTBOUND, "AnsweredBy": "machine_end_beep"}
    async with doors(store, engine, voicemail="hang_up") as door:
        assert "<Hangup" in await ring(door, **machine)
        assert "<Connect" in await ring(door, **{**OUTBOUND, "AnsweredBy": "human"})
    async with (
        doors(store, engine) as door,
        handset(door, parameters(await ring(door, **machine))) as line,
    ):
        await line.is_told(engine, "I missed you")
