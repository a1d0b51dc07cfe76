"""`runner.py call`, and the calls it places."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from twilio.request_validator import RequestValidator

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import TOKEN, account, handset, parameters, spoken

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PUBLIC = "https://desk.example"
THEM, US = "+15551230199", "+15550100200"


async def call(api: TwilioApi, *options: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, what was printed, what was complained of."""
    given = {
        "TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": TOKEN, "TURNWISE_TWILIO_API_URL": api.url,
        "TURNWISE_PUBLIC_URL": PUBLIC, "TURNWISE_TWILIO_NUMBER": US, **environment,
    }  # fmt: skip
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(ROOT / "runner.py"), "call", *options],
        env=os.environ | {name: value for name, value in given.items() if value},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


async def answered(door: Doors, url: str, **form: str) -> dict[str, str]:
    """Twilio's signed question once somebody answers; what the stream is to tell us."""
    asked = {"CallSid": "CA1", "From": US, "To": THEM, "Direction": "outbound-api", **form}
    signed = {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(url, asked)}
    there = door.url(f"{urlsplit(url).path}?{urlsplit(url).query}")
    async with httpx.AsyncClient() as http:
        reply = await http.post(there, data=asked, headers=signed)
    assert reply.status_code == 200
    return parameters(reply.text)


async def test_a_call_is_placed_and_its_person_greeted(
    store: SessionStore, engine: Engine, api: TwilioApi
):
    """In the operator's words, once they have said hello; then they are answered like a caller."""
    hello, question = spoken("Hello?"), spoken("How much is the application fee?")
    words = "Good morning, this is about your housing application."
    code, out, err = await call(api, "--to", "+1 555 123 0199", "--greeting", words, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out) == {"call": "CA1", "status": "queued", "to": "…99"}
    placed = api.updates[0]
    assert placed.path == "/2010-04-01/Accounts/AC1/Calls.json"
    assert (placed.form["To"], placed.form["From"], placed.form["Method"]) == (THEM, US, "POST")
    assert "MachineDetection" not in placed.form
    async with doors(store, engine, public_url=PUBLIC, **account(api)) as door:
        told = await answered(door, placed.form["Url"])
        async with handset(door, told) as them:
            them.says(hello)
            await them.is_told(engine, "housing application")
            greeted = len(them.audio)
            them.says(question)
            await them.is_told(engine, "application fee", since=greeted)
            await them.hang_up()
            await them.line.wait_closed()


@pytest.mark.parametrize(("number", "code"), [("CA1", 1000), ("CA2", 1008)])
async def test_a_stream_is_of_the_call_that_was_answered(
    store: SessionStore, engine: Engine, api: TwilioApi, number: str, code: int
):
    """Of no other one of the account."""
    async with doors(store, engine, public_url=PUBLIC, **account(api)) as door:
        told = await answered(door, f"{PUBLIC}/twilio/voice")
        async with handset(door, told, number) as them:
            if code == 1000:
                await them.hears(1)  # nobody says hello: they are greeted anyway
                await them.hang_up()
            await them.line.wait_closed()
        assert them.line.close_code == code


async def test_twilio_may_look_out_for_machines(api: TwilioApi):
    """It is paid for, so it is asked for; the call may come from another number."""
    options = ("--to", THEM, "--from", "+442079460123", "--detect-machines")
    code, out, _ = await call(api, *options)
    assert code == 0
    assert THEM not in out
    assert api.updates[0].form["MachineDetection"] == "DetectMessageEnd"
    assert api.updates[0].form["From"] == "+442079460123"
    assert parse_qs(urlsplit(api.updates[0].form["Url"]).query) == {}


@pytest.mark.parametrize(
    ("options", "environment", "says"),
    [
        (("--to", THEM), {"TWILIO_ACCOUNT_SID": ""}, "TWILIO_ACCOUNT_SID is not set"),
        (("--to", THEM), {"TWILIO_AUTH_TOKEN": ""}, "TWILIO_AUTH_TOKEN is not set"),
        (("--to", THEM), {"TURNWISE_PUBLIC_URL": ""}, "TURNWISE_PUBLIC_URL is not set"),
        (("--to", THEM), {"TURNWISE_TWILIO_NUMBER": ""}, "--from, or TURNWISE_TWILIO_NUMBER"),
        (("--to", "5551230199"), {}, "--to: …99 is no telephone number"),
        (("--to", "nobody"), {}, "is no telephone number"),
        (("--to", THEM, "--from", "+1"), {}, "--from: … is no telephone number"),
        (("--to", THEM, "--greeting", "x" * 401), {}, "--greeting: use at most 400"),
        (("--to", THEM), {"TURNWISE_TWILIO_API_URL": "http://127.0.0.1:9"}, "cannot be reached"),
    ],
)
async def test_what_is_missing_is_told_in_a_line(
    api: TwilioApi, options: tuple[str, ...], environment: dict[str, str], says: str
):
    """With what to do; nothing is asked of Twilio."""
    code, out, err = await call(api, *options, **environment)
    assert (code, out, api.updates) == (2, "", [])
    assert len(err.splitlines()) == 1
    assert err.startswith("Turnwise cannot call: ")
    assert says in err
    assert "5551230199" not in err


async def test_a_refusal_is_told_in_twilios_words(api: TwilioApi):
    """Without the number."""
    api.status, api.says = 400, f"The phone number you are attempting to call, {THEM}, is invalid."
    code, _, err = await call(api, "--to", THEM)
    assert code == 2
    assert len(err.splitlines()) == 1
    assert "Twilio refuses (400, 20404): " in err
    assert THEM not in err
    assert "…99" in err
