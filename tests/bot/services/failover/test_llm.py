"""When a language model fails, the next one goes on, and the caller hears one reply."""

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)

from bot.services.failover.llm import LLMFailover
from bot.services.failover.switchboard import Switchboard
from conversation.ledger import Ledger, Ledgers
from conversation.replying import Persona
from processors.frames import SentenceFrame
from processors.grounded_context import Evidence, GroundedContext
from tests.bot.services.failover.fakes import HANG, FakeLLM, Refused, Step, Wait
from tests.processors.harness import Bench, clock, on_jumping_clock

GOOD = ("The deadline", " is May first.", " Apply", " online.")
WHOLE = "The deadline is May first. Apply online."


class Desk:
    """Language models a, b, c … behind one fail-over, and what comes of a question."""

    def __init__(self, *models: FakeLLM, board: Switchboard | None = None) -> None:
        self.board = board or Switchboard()
        self.ledgers = Ledgers()
        self.models = models
        named = list(zip("abc", models, strict=False))
        self.failover = LLMFailover(named, self.board, self.ledgers, Persona(), clock=clock)

    async def answer(self, bench: Bench, turn: int = 1) -> str:
        await self.ask(bench, turn)
        await bench.after.until(LLMFullResponseEndFrame, turn)
        return self.said(bench)

    async def ask(self, bench: Bench, turn: int = 1) -> None:
        self.ledgers.begin(turn, Ledger())
        messages = [{"role": "user", "content": "When is the deadline?"}]
        context = GroundedContext(turn=turn, evidence=Evidence("?", ()), messages=messages)
        await bench.send(LLMContextFrame(context=context))

    @staticmethod
    def said(bench: Bench) -> str:
        return "".join(frame.text for frame in bench.after.of(SentenceFrame))


FAULTS: dict[str, tuple[Step, ...]] = {
    "timeout": (HANG,),
    "unreachable": (ConnectionRefusedError(),),
    "failed": (Refused(500),),
    "limited": (Refused(429),),
    "rejected": (Refused(401),),
    "empty": (),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_model_that_says_nothing_is_passed_over(fault: str):
    """Whatever the fault, the caller hears the next one's answer, and nobody apologises."""

    @on_jumping_clock
    async def run() -> None:
        desk = Desk(FakeLLM(FAULTS[fault]), FakeLLM(GOOD))
        async with Bench(desk.failover) as bench:
            assert await desk.answer(bench) == WHOLE
            assert len(bench.after.of(LLMFullResponseStartFrame)) == 1
            assert bench.before.of(ErrorFrame) == []
        assert desk.board.faults == {("llm", "a", fault): 1}
        assert desk.board.failovers == {("llm", "a", "b"): 1}

    run()


CUTS: dict[str, tuple[Step, ...]] = {
    "stalled": (*GOOD[:3], HANG),
    "failed": (*GOOD[:3], Refused(500)),
    "unreachable": (*GOOD[:3], ConnectionResetError()),
    "cut_short": ("The deadline is May first.", " You can apply at the office or"),
}


@pytest.mark.parametrize("fault", CUTS)
def test_the_next_model_goes_on_after_the_last_whole_sentence(fault: str):
    """What was said is told to it and not said again; half a sentence is dropped."""

    @on_jumping_clock
    async def run() -> None:
        second = FakeLLM(("Apply", " online."))
        desk = Desk(FakeLLM(CUTS[fault]), second)
        async with Bench(desk.failover) as bench:
            assert await desk.answer(bench) == WHOLE
            assert len(bench.after.of(LLMFullResponseStartFrame)) == 1
        assert second.contexts[0][1] == {
            "role": "assistant",
            "content": "The deadline is May first.",
        }
        assert desk.board.faults == {("llm", "a", fault): 1}

    run()


@on_jumping_clock
async def test_a_model_that_starts_again_is_not_heard_twice():
    """Told to go on, it begins anew: the sentences that were said are left out."""
    desk = Desk(
        FakeLLM((*GOOD[:3], HANG)), FakeLLM(("the deadline is", " May first! Apply online."))
    )
    async with Bench(desk.failover) as bench:
        assert await desk.answer(bench) == WHOLE


@on_jumping_clock
async def test_a_sentence_goes_on_as_soon_as_it_is_whole():
    """The voice need not wait for the next sentence to know that this one is over."""
    desk = Desk(FakeLLM(("The deadline is May first.", " Apply", Wait(0.5), " online.")))
    async with Bench(desk.failover) as bench:
        began = clock()
        await desk.ask(bench)
        await bench.after.until(SentenceFrame)
        assert clock() - began < 0.5


@on_jumping_clock
async def test_several_that_hang_are_waited_for_less_and_less():
    """The silence of a turn stays below twice one model's timeout."""
    desk = Desk(FakeLLM((HANG,)), FakeLLM((HANG,)), FakeLLM(GOOD))
    async with Bench(desk.failover) as bench:
        began = clock()
        assert await desk.answer(bench) == WHOLE
        assert clock() - began == pytest.approx(1.2 + 0.6, abs=0.1)


@on_jumping_clock
async def test_a_model_that_failed_is_not_asked_in_the_next_turn():
    """Its breaker is open for all calls of the process; later one request probes it."""
    first = FakeLLM((HANG,), GOOD)
    desk = Desk(first, FakeLLM(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.answer(bench)
        await desk.answer(bench, 2)
        assert first.script.asked == 1
        assert desk.board.breakers["llm", "a"].state(now=clock()) == "open"
        await Wait(5.0).over()
        await desk.answer(bench, 3)
        assert first.script.asked == 2
        assert desk.board.breakers["llm", "a"].state(now=clock()) == "closed"


@on_jumping_clock
async def test_a_rejected_key_can_be_put_right_while_the_process_runs():
    """Pipecat's service gives itself up for good; the probe makes it try again."""
    first = FakeLLM((Refused(401),), GOOD)
    desk = Desk(first, FakeLLM(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.answer(bench)
        assert not first.is_usable
        await Wait(60.0).over()
        await desk.answer(bench, 2)
        assert first.is_usable
        assert desk.board.breakers["llm", "a"].state(now=clock()) == "closed"


@on_jumping_clock
async def test_a_provider_is_left_alone_for_as_long_as_it_asks():
    """429 with Retry-After: 30."""
    desk = Desk(FakeLLM((Refused(429, "30"),)), FakeLLM(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.answer(bench)
        await Wait(29.0).over()
        assert desk.board.breakers["llm", "a"].state(now=clock()) == "open"
        await Wait(2.0).over()
        assert desk.board.breakers["llm", "a"].state(now=clock()) == "half_open"


@on_jumping_clock
async def test_nobody_left_fails_the_turn_once():
    """The state machine hears of it, as of a single provider's failure."""
    desk = Desk(FakeLLM((Refused(500),)), FakeLLM((Refused(500),)))
    async with Bench(desk.failover) as bench:
        await desk.ask(bench)
        await bench.before.until(ErrorFrame)
        await bench.settle()
        assert len(bench.before.of(ErrorFrame)) == 1
        assert bench.after.of(LLMFullResponseStartFrame) == []


@on_jumping_clock
async def test_nobody_left_in_the_middle_ends_honestly():
    """What was said stands, and the caller is told that there is no more."""
    desk = Desk(FakeLLM((*GOOD[:3], Refused(500))), FakeLLM((Refused(500),)))
    async with Bench(desk.failover) as bench:
        said = await desk.answer(bench)
        assert said == f"The deadline is May first. {Persona().cut_short}"
        assert bench.before.of(ErrorFrame) == []


@on_jumping_clock
async def test_an_interruption_stops_whoever_is_asked():
    """And it is no fault of the provider's; the next question is answered afresh."""
    first = FakeLLM((HANG,), GOOD)
    desk = Desk(first, FakeLLM(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.ask(bench)
        await bench.settle()
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        await desk.ask(bench, 2)
        await bench.after.until(LLMFullResponseEndFrame)
        assert desk.said(bench) == WHOLE
        assert first.stopped == 1
        assert desk.board.faults == {}


@on_jumping_clock
async def test_a_slow_model_gets_a_rival():
    """Hedging: slower than 95 of its 100 answers, the second one is asked as well; one is heard."""
    first, second = FakeLLM((Wait(0.6), "Late.")), FakeLLM(("Early.",))
    desk = Desk(first, second, board=Switchboard(hedge=True))
    for _ in range(20):
        desk.board.began(("llm", "a"), 0.1)
    async with Bench(desk.failover) as bench:
        began = clock()
        assert await desk.answer(bench) == "Early."
        assert clock() - began == pytest.approx(0.1, abs=0.05)
        await bench.settle()
        assert first.stopped == 1
        assert desk.board.hedges == {("llm", "b"): 1}
        assert desk.board.faults == {}


@on_jumping_clock
async def test_the_ledger_tells_who_served_and_who_failed():
    """A fail-over is a row of its own; what was used is on the turn's account."""
    desk = Desk(FakeLLM((HANG,)), FakeLLM(GOOD, tokens=(120, 9)))
    async with Bench(desk.failover) as bench:
        await desk.answer(bench)
        await bench.settle()
        ledger = desk.ledgers.end(1)
        ledger.mark("speech_ended", now=0.0)
        assert ledger.served("llm") == "b"
        rows = [(r.stage, r.provider, r.failed) for r in ledger.rows() if r.failed]
        assert rows == [("llm", "a", "timeout")]
        used = [(u.provider, str(u.unit), u.amount) for u in ledger.used]
        assert used == [("b", "tokens_in", 120), ("b", "tokens_out", 9)]
