"""What the logs of a server hold, at their most talkative: no secret, no audio, no word."""

import base64
import sys
from collections.abc import Iterator

import httpx
import pytest
from loguru import logger

from bot.engine import Engine
from bot.store import SessionStore
from bot.telemetry.logs import set_up_logs
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import orchestrate

pytestmark = pytest.mark.slow

KEY = "key-of-the-desk"
METRICS = "key-of-the-numbers"
SECRET = "what-tokens-are-signed-with"
NUMBER = "+15551230199"
QUESTION = "How much is the xylophone fee for first-year applicants?"
OURS = ("bot", "processors", "transports", "conversation", "rag_index")


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What the server's own logs come to, with every field; the rest is on stderr."""
    set_up_logs("TRACE")
    records: list[str] = []
    logger.add(
        lambda message: records.append(repr(message.record)),
        level=0,
        filter=lambda record: str(record["name"]).startswith(OURS),
    )
    yield records
    logger.remove()
    logger.add(sys.__stderr__ or sys.stderr)


async def talked(door: Doors) -> tuple[list[str], bytes]:
    """Everything that a client does, right and wrong; gives tokens and audio that it got."""
    key = {"Authorization": f"Bearer {KEY}"}
    async with httpx.AsyncClient(timeout=60) as http:
        token = (await http.post(door.url("/api/sessions"), headers=key)).json()["token"]
        wrong = {"Authorization": "Bearer wrong-key-of-somebody"}
        await http.post(door.url("/api/sessions"), headers=wrong)
        await http.get(door.url("/metrics"), headers={"Authorization": f"Bearer {METRICS}"})
        await http.post(door.url("/twilio/voice"), headers=key, data={"From": NUMBER})
        await http.post(
            door.url("/api/offer"), headers=key, json={"sdp": QUESTION, "type": "offer"}
        )
    path = f"/orchestrate?token={token}"
    async with orchestrate(door, path) as client:
        resume = (await client.start())["resume_token"]
        await client.line.send(f'{{"type": "{QUESTION}"}}')
        await client.line.send(QUESTION)
        await client.ask(QUESTION)
        await client.until("turn_complete")
    await door.refusal(path)
    async with orchestrate(door, **key) as client:
        await client.start(resume_token=resume, transcription="server")
        await client.line.send(b"\1\2\3\4" * 160)
        await client.lives()
    return [token, resume], bytes(client.audio)


async def test_logs_hold_no_secret_and_no_word(
    store: SessionStore,
    engine: Engine,
    logged: list[str],
    capfd: pytest.CaptureFixture[str],
):
    """Neither keys nor tokens, right or wrong; no telephone number, no audio, nothing said."""
    given = {"api_keys": KEY, "metrics_key": METRICS, "token_secret": SECRET}
    async with doors(store, engine, **given) as door:
        tokens, _ = await talked(door)
    told = capfd.readouterr()
    text = "\n".join([told.out, told.err, *logged])
    assert "session_started" in text
    assert "telephone_rings" in text
    for secret in (KEY, METRICS, SECRET, "wrong-key", *tokens, NUMBER, NUMBER[-6:]):
        assert secret not in text
    for word in ("xylophone", "first-year", engine.persona.unknown):
        assert word not in text
    for audio in (b"\1\2\3\4" * 4, b"\xff" * 20):
        assert repr(audio)[2:-1] not in text
        assert base64.b64encode(audio).decode() not in text
