"""A real Prometheus scrapes a server that holds real calls, and every dashboard has something."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from bot.engine import Engine
from bot.services.failover.switchboard import Switchboard, Timeouts
from bot.settings import Settings
from bot.store import SessionStore
from deploy.grafana.pages import PAGES
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import orchestrate
from tests.bot.services.emulated import hosted
from tests.emulators.emulator import Fault
from tests.emulators.groq import GroqEmulator
from tests.emulators.otlp import otlp_receiver
from tests.prometheus import prometheus, promtool

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for a first-year student?"
NOBODY_KNOWS = "What does the blue whale weigh?"
KEY, NUMBERS = "right", "numbers"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
async def groq() -> AsyncIterator[GroqEmulator]:
    with GroqEmulator() as emulator:
        yield emulator


@pytest.fixture
def hosting(engine: Engine, groq: GroqEmulator) -> Engine:
    """A help desk with Groq's language model before what is on this machine."""
    services = replace(
        engine.services,
        llm=[*hosted("llm", "groq", groq).llm, *engine.services.llm],
        board=Switchboard(
            Timeouts({"stt": 1.0, "llm": 3.0, "tts": 10.0}), prices=engine.services.board.prices
        ),
    )
    return replace(engine, services=services)


async def talk(door: Doors, groq: GroqEmulator) -> None:
    """Two turns that Groq answers, or fails to."""
    async with orchestrate(door, Authorization=f"Bearer {KEY}") as client:
        await client.start()
        for question, fault in ((NOBODY_KNOWS, None), (FEE, Fault.HUNG)):
            groq.fault = fault
            await client.ask(question)
            await client.until("turn_complete")
        await client.send("session_end")
        await client.closed()


async def test_every_plot_of_every_dashboard_has_rows(
    tmp_path: Path, store: SessionStore, hosting: Engine, settings: Settings, groq: GroqEmulator
):
    """And what was counted is what happened."""
    groq.reply = lambda _: hosting.persona.unknown
    given = {"api_keys": KEY, "metrics_key": NUMBERS, "data": settings.data}
    async with doors(store, hosting, **given) as door:
        door.app.state.lag.start()
        await talk(door, groq)
        async with prometheus(tmp_path, door.port, NUMBERS) as scraped:
            turns = 'sum(turnwise_turns_total{outcome="answered"})'
            await scraped.until(turns, lambda rows: bool(rows) and rows[0]["value"][1] == "2")
            await talk(door, groq)
            await scraped.until(turns, lambda rows: rows[0]["value"][1] == "4")
            empty = []
            for page in PAGES:
                for plot in page.plots:
                    for expr in plot.queries.values():
                        asked = expr.replace("$__rate_interval", "1m").replace("$door", ".*")
                        if not await scraped.query(asked):
                            empty.append((page.title, plot.title, asked))
            assert empty == []
            (median,) = await scraped.query(
                "histogram_quantile(0.5, sum by (le) "
                "(rate(turnwise_voice_to_voice_seconds_bucket[1m])))"
            )
            assert 0 < float(median["value"][1]) < 10
            for outcome in ("answered", "unanswered"):
                (row,) = await scraped.query(f'turnwise_answers_total{{outcome="{outcome}"}}')
                assert row["value"][1] == "2"
            assert await scraped.query('up{job="turnwise"} == 1')
        door.app.state.lag.stop()
        key = {"Authorization": f"Bearer {NUMBERS}"}
        async with httpx.AsyncClient() as http:
            told = await http.get(door.url("/metrics"), headers=key)
            health = (await http.get(door.url("/health"))).json()
    code, said = promtool("check", "metrics", given=told.content)
    assert (code, said) == (0, "")
    parts = health["dependencies"]
    assert (parts["store"]["state"], parts["models"]["state"]) == ("up", "up")
    assert parts["llm.groq"]["state"] in ("down", "trying")
    assert parts["llm.grounded"]["state"] == "up"
    assert parts["llm.grounded"]["latency_ms"] > 0


async def test_a_call_is_part_of_its_callers_trace_and_so_are_the_requests_it_makes(
    store: SessionStore, hosting: Engine, settings: Settings, groq: GroqEmulator
):
    """From the client's WebSocket to the language model, stage by stage; without a word of it. The
    session that is taken up again is in it, too."""
    groq.reply = lambda _: "The application fee is sixty dollars."
    async with otlp_receiver() as receiver:
        given = {"data": settings.data, "otlp_endpoint": receiver.url}
        async with doors(store, hosting, **given) as door:
            async with orchestrate(door, traceparent=f"00-{TRACE}-b7ad6b7169203331-01") as client:
                token = (await client.start())["resume_token"]
                await client.ask(FEE)
                done = await client.until("turn_complete")
            async with orchestrate(door) as again:
                assert (await again.start(resume_token=token))["resumed"]
            await receiver.until(lambda: len(receiver.named("session")) == 2)
            await door.app.state.telemetry.close()
    (session, resumed), (turn,) = receiver.named("session"), receiver.named("turn")
    assert resumed.parent == session.id
    assert {span.trace for span in receiver.spans} == {TRACE}
    assert (session.parent, turn.parent) == ("b7ad6b7169203331", session.id)
    asked = [a for a in groq.asked if a.path.endswith("/chat/completions")]
    assert asked[0].headers["traceparent"] == f"00-{TRACE}-{turn.id}-01"
    stages = [span for span in receiver.spans if span.parent == turn.id]
    rows = done["latency_breakdown"]["ledger"]
    assert sorted(s.name for s in stages) == sorted(row["stage"] for row in rows)
    for row in rows:
        lasted = (row["end_ms"] - row["start_ms"]) / 1000
        spans = [s for s in stages if s.name == row["stage"]]
        assert any(abs(s.end - s.start - lasted) < 1e-4 for s in spans)
    assert all(turn.start <= s.start <= s.end <= turn.end for s in stages)
    assert session.start <= turn.start <= turn.end <= session.end
    (llm,) = receiver.named("llm")
    assert llm.attributes["gen_ai.provider.name"] == "groq"
    assert llm.attributes["gen_ai.usage.output_tokens"] == 6
    for word in ("application", "sixty", "applicants"):
        assert word not in repr(receiver.spans)
