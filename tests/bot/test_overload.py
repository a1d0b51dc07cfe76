"""What an overloaded worker tells callers, at every door, at a real socket."""

import asyncio
import time

import httpx
import pytest
from websockets.asyncio.client import connect

from bot.admission import MOST, Load
from bot.load import Lag, Watch
from bot.store import SessionStore
from tests.bot.doors import doors

PATIENCE = 20.0  # seconds; nothing is timed by it
TOO_MUCH, LITTLE = Load(lag=2 * MOST.lag), Load()


async def test_an_overloaded_worker_takes_no_call_and_keeps_those_it_has(store: SessionStore):
    """503 before the upgrade, and when to come again; on the phone it is said aloud."""
    async with (
        doors(store, overload="refuse") as door,
        connect(door.url("/orchestrate", scheme="ws")) as line,
        httpx.AsyncClient() as http,
    ):
        door.app.state.load.measured(TOO_MUCH)
        status, headers = await door.refusal("/orchestrate")
        assert status == 503
        assert int(headers["retry-after"]) > 0
        assert (await door.refusal("/ws"))[0] == 503
        assert (await http.get(door.url("/health/ready"))).status_code == 503
        form = {"CallSid": "CA1", "From": "+15551230199"}
        twiml = (await http.post(door.url("/twilio/voice"), data=form)).text
        assert "lines are busy" in twiml
        assert "<Stream" not in twiml
        await line.send('{"type": "ping", "nonce": 1}')
        assert "pong" in str(await line.recv())
        door.app.state.load.measured(LITTLE)
        assert (await door.refusal("/orchestrate"))[0] == 101


@pytest.mark.parametrize("overload", ["accept", "refuse"])
async def test_whoever_is_alone_is_taken_all_the_same(store: SessionStore, overload: str):
    """On a machine whose other work makes it late: nobody's call suffers from it."""
    async with doors(store, overload=overload) as door:
        door.app.state.load.measured(TOO_MUCH)
        assert (await door.refusal("/orchestrate"))[0] == 101


async def test_a_loop_that_is_held_up_is_late():
    """By about as long as it was held up, on average of a second."""
    lag = Lag()
    watching = asyncio.create_task(lag.watch())
    async with asyncio.timeout(PATIENCE):
        while lag.seconds < MOST.lag:
            held = time.monotonic() + 0.2
            while time.monotonic() < held:
                pass
            await asyncio.sleep(0)
    watching.cancel()


async def test_a_worker_measures_itself():
    """Its memory, its processor, how late it is."""
    watch, measured = Watch(), asyncio.Event()
    watch.judging = lambda: measured.set() or 0.0  # it is asked each time
    async with watch.watching(), asyncio.timeout(PATIENCE):
        await measured.wait()
    assert watch.now.loop > 0
    assert watch.now.cpu > 0
    assert 0 <= watch.now.memory <= 1
