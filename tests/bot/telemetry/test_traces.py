"""Spans of a call, at a real receiver."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.telemetry.current import came_with, current, outgoing
from bot.telemetry.metrics import Metrics
from bot.telemetry.telemetry import Telemetry
from bot.telemetry.watching import Watch
from tests.bot.telemetry.test_metrics import ledger
from tests.emulators.otlp import Received, Receiver, otlp_receiver

PEER = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
UNDRAWN = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"}
START = 1_000.0
ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def tracing(**given: Any) -> AsyncIterator[tuple[Receiver, Telemetry]]:
    """What a server traces with; all has been sent at the end."""
    async with otlp_receiver() as receiver:
        settings = Settings(_env_file=None, otlp_endpoint=receiver.url, **given)  # type: ignore[call-arg]
        telemetry = Telemetry(settings, Metrics(), "1.2.3")
        yield receiver, telemetry
        await telemetry.close()


def call(telemetry: Telemetry, past: Any = None, **peer: str) -> Watch:
    """A connection that came in with these headers."""
    before = came_with.set(peer)
    watch = telemetry.at("telephone")("s-1", past)
    came_with.reset(before)
    return watch


def turn(watch: Watch, number: int = 1, **how: Any) -> list[dict[str, Any]]:
    """A turn of 2 s, whose speech ended after 1 s; gives what was kept of it."""
    kept: list[dict[str, Any]] = []
    journal = watch.journal(lambda entry: kept.append(dict(entry)))
    begun = {"kind": "transition", "event": "user_started", "to": "LISTENING"}
    journal({**begun, "turn": number, "at": START})
    journal({**ledger(number, **how), "at": START + 2, "closed_ms": 1000.0})
    journal({"kind": "context", "at": START + 2, "turn": number})
    return kept


def hang(watch: Watch) -> None:
    with watch.during(lambda: "hang_up"):
        pass


def one(receiver: Receiver, name: str) -> Received:
    (span,) = receiver.named(name)
    return span


async def test_a_session_is_a_trace_a_turn_a_span_and_a_stage_one_below():
    """With the ledger's own times, and what a peer's trace is, its parent."""
    used = [
        {"kind": "llm", "provider": "groq", "model": "big", "unit": "tokens_in", "amount": 25.0},
        {"kind": "llm", "provider": "groq", "model": "big", "unit": "tokens_out", "amount": 6.0},
    ]
    async with tracing(otlp_headers="authorization=Bearer secret") as (receiver, telemetry):
        watch = call(telemetry, **PEER)
        entry = ledger()
        entry["ledger"][1]["provider"] = "groq"  # type: ignore[index]
        with watch.during(lambda: "hang_up"):
            turn(watch, ledger=entry["ledger"], usage=used)
    session, turned = one(receiver, "session"), one(receiver, "turn")
    assert {span.trace for span in receiver.spans} == {PEER["traceparent"].split("-")[1]}
    assert session.parent == PEER["traceparent"].split("-")[2]
    assert session.attributes["gen_ai.conversation.id"] == "s-1"
    assert session.attributes["turnwise.door"] == "telephone"
    assert turned.parent == session.id
    assert (turned.start, turned.end) == (START, START + 2)
    assert turned.events == ["transition"]
    stage, first = one(receiver, "endpointing"), receiver.named("llm")
    assert (stage.parent, stage.start, stage.end) == (turned.id, START + 1, START + 1.3)
    served = next(span for span in first if not span.failed)
    assert served.attributes["gen_ai.provider.name"] == "groq"
    assert served.attributes["gen_ai.operation.name"] == "chat"
    assert served.attributes["gen_ai.request.model"] == "big"
    assert served.attributes["gen_ai.usage.input_tokens"] == 25
    assert served.attributes["gen_ai.usage.output_tokens"] == 6
    lost = next(span for span in first if span.failed)
    assert lost.attributes["error.type"] == "empty"
    assert session.resource["service.name"] == "turnwise"
    assert session.resource["service.version"] == "1.2.3"
    assert receiver.headers[0]["authorization"] == "Bearer secret"


async def test_slow_and_failed_turns_are_kept_though_the_session_was_not_drawn():
    """With the session that they are of; the others are not."""
    async with tracing(trace_share=0.0) as (receiver, telemetry):
        watch = call(telemetry)
        with watch.during(lambda: "hang_up"):
            turn(watch, 1)
            turn(watch, 2, total_ms=1500.0)
            turn(watch, 3, failed=True, total_ms=0.0)
            turn(watch, 4)
        hang(call(telemetry))
    kept = [span.attributes["turnwise.turn"] for span in receiver.named("turn")]
    assert sorted(kept) == [2, 3]
    assert one(receiver, "session").attributes["turnwise.turns"] == 4
    failed = next(s for s in receiver.named("turn") if s.failed)
    assert failed.attributes["error.type"] == "turn_failed"


@pytest.mark.parametrize(("peer", "kept"), [(PEER, 1), (UNDRAWN, 0)])
async def test_a_peer_that_draws_decides(peer: dict[str, str], kept: int):
    """Either way; a header that is none is none."""
    async with tracing(trace_share=1.0 - kept) as (receiver, telemetry):
        watch = call(telemetry, **peer)
        with watch.during(lambda: "hang_up"):
            turn(watch)
        broken = call(telemetry, traceparent="00-nonsense-01")
        with broken.during(lambda: "hang_up"):
            turn(broken)
    theirs = peer["traceparent"].split("-")[1]
    assert [s.trace for s in receiver.named("turn")].count(theirs) == kept


async def test_requests_that_a_call_makes_carry_its_trace():
    """The turn's span while there is one, else the session's; outside a call there is none."""
    async with tracing() as (receiver, telemetry):
        assert outgoing() == {}
        watch = call(telemetry, **PEER)
        with watch.during(lambda: "hang_up"):
            between = outgoing()["traceparent"]
            journal = watch.journal(lambda _: None)
            journal({"kind": "turn", "turn": 1, "at": START})
            within = outgoing()["traceparent"]
            journal({**ledger(), "at": START + 2, "closed_ms": 1000.0})
        assert current.get() is None
    assert between.split("-")[2] == one(receiver, "session").id
    assert within.split("-")[2] == one(receiver, "turn").id


async def test_a_session_that_is_taken_up_goes_on_with_its_trace():
    """In whichever worker; who asked for the second connection is linked."""
    async with tracing() as (receiver, telemetry):
        first = call(telemetry)
        with first.during(lambda: "lost"):
            context = turn(first)[-1]
        with call(telemetry, context, **PEER).during(lambda: "hang_up"):
            pass
    before, after = receiver.named("session")
    assert (after.trace, after.parent) == (before.trace, before.id)
    assert after.links == [PEER["traceparent"].split("-")[1]]


async def test_a_connection_that_breaks_off_is_kept_as_failed():
    """Whatever the draw."""
    async with tracing(trace_share=0.0) as (receiver, telemetry):
        with pytest.raises(ZeroDivisionError), call(telemetry).during(lambda: ""):
            raise ZeroDivisionError
    assert one(receiver, "session").failed


async def test_a_receiver_that_is_away_costs_nothing_but_the_spans():
    """The call goes on, and the server stops."""
    settings = Settings(_env_file=None, otlp_endpoint="http://127.0.0.1:9")  # type: ignore[call-arg]
    telemetry = Telemetry(settings, Metrics(), "1")
    watch = call(telemetry)
    with watch.during(lambda: "hang_up"):
        assert turn(watch)
    await telemetry.close()


def test_without_an_address_nothing_of_opentelemetrys_sdk_is_loaded():
    """Neither by the server nor by a call."""
    code = (
        "import sys, bot.server, bot.session, bot.bot\n"
        "from bot.settings import Settings\n"
        "from bot.telemetry.metrics import Metrics\n"
        "from bot.telemetry.telemetry import Telemetry\n"
        "Telemetry(Settings(_env_file=None), Metrics(), '1').at('browser')('s', None)\n"
        "print([n for n in sys.modules if 'exporter' in n or n.startswith('bot.telemetry.trac')])\n"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"
