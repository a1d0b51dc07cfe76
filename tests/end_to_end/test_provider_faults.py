"""A call whose provider fails goes on, and what each one did is told."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest

from bot.engine import Engine
from bot.services.failover.switchboard import Switchboard, Timeouts
from bot.settings import Settings
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client, orchestrate
from tests.bot.services.emulated import hosted
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Fault
from tests.emulators.groq import GroqEmulator

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


@pytest.fixture
async def failing(
    store: SessionStore, engine: Engine, settings: Settings
) -> AsyncIterator[tuple[Doors, GroqEmulator, ElevenLabsEmulator]]:
    """A door of a help desk with Groq and ElevenLabs before what is on this machine."""
    with GroqEmulator() as groq, ElevenLabsEmulator() as elevenlabs:
        services = replace(
            engine.services,
            llm=[*hosted("llm", "groq", groq).llm, *engine.services.llm],
            tts=[*hosted("tts", "elevenlabs", elevenlabs).tts, *engine.services.tts],
            board=Switchboard(
                Timeouts({"stt": 1.0, "llm": 0.4, "tts": 0.4}), prices=engine.services.board.prices
            ),
        )
        both = replace(engine, services=services)
        async with doors(store, both, data=settings.data, new_sessions_per_minute=0) as door:
            yield door, groq, elevenlabs


async def asked(client: Client) -> dict:
    await client.start()
    await client.ask(FEE)
    return await client.until("turn_complete")


async def told(door: Doors, path: str) -> aiohttp.ClientResponse:
    async with aiohttp.ClientSession() as http:
        answer = await http.get(door.url(path))
        await answer.read()
        return answer


async def test_a_caller_hears_the_answer_though_both_providers_hang(failing):
    """No error, no apology: the documents' own words, in the voice that lives."""
    door, groq, elevenlabs = failing
    groq.fault = elevenlabs.fault = Fault.HUNG
    async with orchestrate(door) as client:
        done = await asked(client)
        said = " ".join(m["text"] for m in client.messages if m["type"] == "response_ready")
        assert "$60" in said
        assert [m for m in client.messages if m["type"] == "error"] == []
        rows = done["latency_breakdown"]["ledger"]
        served = {r["stage"]: r["provider"] for r in rows if r["critical"] and "provider" in r}
        assert served == {"llm": "grounded", "tts": "hibari"}
        lost = [(r["stage"], r["provider"], r["failed"]) for r in rows if "failed" in r]
        assert lost == [("llm", "groq", "timeout"), ("tts", "elevenlabs", "timeout")]


async def test_a_session_tells_what_it_used_and_what_that_cost(failing):
    """Tokens and characters of each provider, in the turn, the session and the metrics."""
    door, groq, elevenlabs = failing
    groq.reply = lambda _: "The application fee is sixty dollars."
    async with orchestrate(door) as client:
        done = await asked(client)
        used = {(u["provider"], u["unit"]): u["amount"] for u in done["usage"]}
        assert used["groq", "tokens_out"] == 6
        assert used["elevenlabs", "characters"] == sum(map(len, elevenlabs.spoken))
        session = await (await told(door, f"/api/sessions/{client.session_id}")).json()
    usage = session["usage"]
    assert {(u["provider"], u["unit"]): u["amount"] for u in usage["by"]} == used
    assert usage["complete"]
    tokens = used["groq", "tokens_in"] * 0.15e-6 + 6 * 0.60e-6
    characters = used["elevenlabs", "characters"] * 0.05e-3
    assert usage["cost"] == pytest.approx(tokens + characters, abs=1e-7)
    metrics = await (await told(door, "/metrics")).text()
    assert 'turnwise_provider_requests_total{kind="llm",provider="groq"} 1.0' in metrics
    assert 'turnwise_provider_breaker{kind="tts",provider="elevenlabs"} 0.0' in metrics
