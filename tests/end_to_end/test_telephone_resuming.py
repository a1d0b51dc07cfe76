"""Telephone calls whose stream ends before they do: Twilio asks again, and they go on."""

import asyncio
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import httpx
import pytest

from bot.engine import Engine
from bot.reconnecting import MOST
from bot.store import SessionRecord, SessionStore
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import (
    CALLER,
    PATIENCE,
    Handset,
    account,
    handset,
    over,
    parameters,
    ring,
    spoken,
    words,
)
from tests.end_to_end.two_workers import PIECES, QUESTION, Mortal, answering, heard_pieces

pytestmark = pytest.mark.slow


def then(twiml: str) -> str:
    """Where Twilio asks once the stream has ended."""
    redirect = ElementTree.fromstring(twiml).find("Redirect")
    assert redirect is not None
    assert redirect.get("method") == "POST"
    assert redirect.text is not None
    return redirect.text


async def asked_again(door: Doors, address: str, **form: str) -> str:
    """The TwiML that Twilio is answered with; a balancer has found this worker."""
    parts = urlsplit(address)
    async with httpx.AsyncClient() as http:
        url = door.url(f"{parts.path}?{parts.query}")
        return (await http.post(url, data={**CALLER, **form})).text


async def told(store: SessionStore, session_id: str) -> SessionRecord:
    record = await store.read(session_id)
    assert record is not None
    return record


async def cut(caller: Handset, mortal: Mortal) -> None:
    """The worker dies: no word, no write."""
    await mortal.flush()
    mortal.dead = True
    caller.line.transport.abort()


async def test_a_call_whose_worker_dies_goes_on(
    store: SessionStore, engine: Engine, api: TwilioApi
):
    """The same session, in another worker, with the piece that was being heard; not hung up."""
    mortal = Mortal(store)
    quick, _ = answering(engine)
    async with (
        doors(mortal, quick) as one,  # type: ignore[arg-type]
        doors(store, quick) as other,
    ):
        first = await ring(one)
        async with handset(one, parameters(first)) as caller:
            await caller.is_told(engine, "help you with")
            caller.says(spoken(QUESTION))
            session_id = next(iter(one.app.state.calls._held))
            while await heard_pieces(store, session_id) != PIECES[0]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await cut(caller, mortal)
        again = await asked_again(other, then(first))
        assert parameters(again)["resume"]
        async with handset(other, parameters(again)) as caller:
            await caller.is_told(engine, "bank transfer")
            heard = await asyncio.to_thread(words, engine, bytes(caller.audio))
            assert "sixty dollars" not in heard.lower()
            assert other.app.state.calls.holds(session_id)
        await over(other)
        record = await told(store, session_id)
        assert record.context is not None
        assert record.context["turn"] == 1
        assert record.context["talk"]["memory"]["exchanges"][-1][2].startswith(PIECES[0])
    assert api.updates == []


async def test_a_call_that_is_over_does_not_come_back(
    store: SessionStore, engine: Engine, api: TwilioApi
):
    """Hung up by the REST API before the stream ends; whoever asks all the same is hung up on."""
    async with doors(store, engine, max_call_seconds=1, **account(api)) as door:
        token = await door.app.state.entry.tokens.issue("bye", "telephone")
        async with handset(door, token) as caller, asyncio.timeout(PATIENCE):
            await caller.line.wait_closed()
        assert [update.form for update in api.updates] == [{"Status": "completed"}]
        await over(door)
    async with doors(store, engine) as door:
        resuming = f"resume={await call_token(door, 'bye')}&reconnects=1"
        answer = await asked_again(door, f"/twilio/voice?{resuming}")
        assert ElementTree.fromstring(answer).find("Hangup") is not None
        assert ElementTree.fromstring(answer).find("Connect") is None


async def call_token(door: Doors, session_id: str, call: str = "CA1") -> str:
    from bot.resuming import Resuming

    state = door.app.state
    return await Resuming.of(state.settings, state.store).call_token(session_id, call)


async def test_a_call_does_not_come_back_for_ever(door: Doors):
    """After so many times the caller is told to call again."""
    twiml = await ring(door)
    for _ in range(MOST):
        twiml = await asked_again(door, then(twiml))
        assert ElementTree.fromstring(twiml).find("Connect/Stream") is not None
    last = ElementTree.fromstring(await asked_again(door, then(twiml)))
    assert last.find("Connect") is None
    assert "cut off" in (last.findtext("Say") or "")
    for wrong in ("", "-1", "x", "99999", "1e3"):
        said = await asked_again(door, f"/twilio/voice?resume=x&reconnects={wrong}")
        assert "cut off" in said


async def test_a_token_is_its_calls_alone(store: SessionStore, door: Doors):
    """With another call's the caller gets a session of their own."""
    await store.open("theirs", now=1.0, owner="telephone")
    theirs = await call_token(door, "theirs")
    for asked, call in ((theirs, "CA2"), ("forged", "CA1")):
        twiml = await asked_again(door, f"/twilio/voice?resume={asked}&reconnects=1", CallSid=call)
        assert "resume" not in parameters(twiml)
        assert parse_qs(urlsplit(then(twiml)).query)["reconnects"] == ["2"]
    async with handset(door, {**parameters(await ring(door)), "resume": theirs}, "CA2") as caller:
        await caller.hears(0.2)
        assert not door.app.state.calls.holds("theirs")


async def test_a_full_worker_has_calls_that_come_back_wait(store: SessionStore, engine: Engine):
    """Who calls for the first time is told that all lines are busy."""
    async with doors(store, engine) as door:
        door.app.state.calls.draining = True
        token = await call_token(door, "x")
        waits = await asked_again(door, f"/twilio/voice?resume={token}&reconnects=1")
        assert ElementTree.fromstring(waits).find("Pause") is not None
        assert parse_qs(urlsplit(then(waits)).query)["reconnects"] == ["2"]
        assert "busy" in await ring(door)


async def test_a_call_is_handed_over_by_a_server_that_stops(
    store: SessionStore, engine: Engine, api: TwilioApi
):
    """The stream ends after "one moment", nothing is hung up, and another worker goes on."""
    async with doors(store, engine, **account(api)) as one:
        token = await one.app.state.entry.tokens.issue("moved", "telephone")
        opening = handset(one, token)
        caller = await opening.__aenter__()
        await caller.hears(1)
        while (await told(store, "moved")).state != "IDLE":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        greeted = len(caller.audio)
        one.server.should_exit = True
        async with asyncio.timeout(PATIENCE):
            await caller.line.wait_closed()
        heard = await asyncio.to_thread(words, engine, bytes(caller.audio[greeted:]))
        assert "moment" in heard.lower()
        await opening.__aexit__(None, None, None)
    assert api.updates == []
    async with doors(store, engine) as other:
        back = f"/twilio/voice?resume={await call_token(other, 'moved')}&reconnects=1"
        twiml = await asked_again(other, back)
        async with handset(other, parameters(twiml)) as caller:
            caller.says(spoken(QUESTION))
            await caller.is_told(engine, "$60")
            assert "Robin" not in await asyncio.to_thread(words, engine, bytes(caller.audio))
