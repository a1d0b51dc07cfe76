"""Intent and retrieval side by side, and the merge that waits for both, but not for ever."""

import asyncio
from collections.abc import Sequence

import numpy as np
from pipecat.frames.frames import InterruptionFrame, LLMContextFrame, LLMTextFrame
from pipecat.pipeline.parallel_pipeline import ParallelPipeline

from conversation.announcements import Announcements
from conversation.ledger import Ledger, Ledgers
from conversation.replying import Persona
from processors.frames import AnswerStartFrame, UserTurnFrame
from processors.grounded_context import GroundedContext
from processors.intent import IntentProcessor
from processors.merge import Merge
from processors.retrieval import RetrievalProcessor
from rag_index.intents import IntentResult
from rag_index.passages import Hit, Passage
from tests.processors.harness import Bench, clock, messages, on_jumping_clock

TELL = Announcements("session", lambda: 0.0)
HIT = Hit(Passage("1", "fees.md", "Fees", ("Fees",), "It is $75.", None, 0, 10, ("It is $75.",)), 1)
VECTOR = np.zeros(384, dtype=np.float32)


class Branch:
    """One branch's slow part: says when it began, and ends when it is let."""

    def __init__(self) -> None:
        self.began, self.go_on = asyncio.Event(), asyncio.Event()
        self.cancelled = False

    async def work(self) -> None:
        self.began.set()
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


class ScriptedIntents(IntentProcessor):
    """An intent processor whose verdict comes when its branch lets it, or not at all."""

    def __init__(self, branch: Branch, ledgers: Ledgers, result: IntentResult | Exception) -> None:
        super().__init__(None, _no_embedding, TELL, ledgers, clock=clock)
        self._branch, self._verdict = branch, result

    async def _result(self, text: str) -> IntentResult | None:
        await self._branch.work()
        if isinstance(self._verdict, Exception):
            raise self._verdict
        return self._verdict


async def _no_embedding(text: str) -> np.ndarray:
    return VECTOR


class World:
    """The branch of the pipeline with scripted parts; `bench` is around it."""

    def __init__(
        self,
        *,
        verdict: IntentResult | Exception | None = None,
        found: Sequence[Hit] | Exception = (HIT,),
        replies: dict[str, str] | None = None,
    ) -> None:
        self.intents, self.passages, self.ledgers = Branch(), Branch(), Ledgers()
        self.ledgers.begin(1, Ledger())

        async def embed(text: str) -> np.ndarray:
            await self.passages.work()
            return VECTOR

        def search(text: str, embedding: np.ndarray, about: str | None) -> Sequence[Hit]:
            if isinstance(found, Exception):
                raise found
            return found

        answer = IntentResult(intent="fees", confidence=0.9, level="L2", action="answer")
        self.bench = Bench(
            ParallelPipeline(
                [ScriptedIntents(self.intents, self.ledgers, verdict or answer)],
                [RetrievalProcessor(search, embed, TELL, self.ledgers, clock=clock)],
            ),
            Merge(Persona(), TELL, self.ledgers, clock=clock, replies=replies, patience=0.15),
        )

    async def ask(self, turn: int = 1) -> None:
        await self.bench.send(UserTurnFrame(turn=turn, text="how much is it"))

    def missing(self) -> list[str]:
        """What the merge went on without."""
        merged = [m for m in messages(self.bench.after) if m.get("stage") == "merge"]
        return merged[-1]["details"]["missing"]


@on_jumping_clock
async def test_intent_and_retrieval_run_at_the_same_time():
    """Each begins before the other has ended; the answer starts when both are there."""
    world = World()
    async with world.bench as bench:
        await world.ask()
        await asyncio.wait_for(world.intents.began.wait(), 5)
        await asyncio.wait_for(world.passages.began.wait(), 5)
        assert not bench.after.of(LLMContextFrame)
        world.intents.go_on.set()
        world.passages.go_on.set()
        context = (await bench.after.until(LLMContextFrame)).context
        assert isinstance(context, GroundedContext)
        assert context.evidence.hits == (HIT,)
        assert world.missing() == []
        assert bench.after.of(AnswerStartFrame)[0].citations[0]["document"] == "fees.md"


@on_jumping_clock
async def test_an_interruption_cancels_both_branches():
    """Both stop in the middle, and nothing is answered."""
    world = World()
    async with world.bench as bench:
        await world.ask()
        await world.intents.began.wait()
        await world.passages.began.wait()
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        await bench.settle()
        assert world.intents.cancelled
        assert world.passages.cancelled
        await asyncio.sleep(1)
        assert not bench.after.of(LLMContextFrame)


@on_jumping_clock
async def test_a_retrieval_that_hangs_leaves_the_intent_in_use():
    """After the set time the intent's fixed words are said without passages."""
    greet = IntentResult(intent="greeting", confidence=0.9, level="L1", action="reply")
    world = World(verdict=greet, replies={"greeting": "Hello there."})
    async with world.bench as bench:
        await world.ask()
        world.intents.go_on.set()
        assert (await bench.after.until(LLMTextFrame)).text == "Hello there."


@on_jumping_clock
async def test_an_intent_that_hangs_leaves_the_passages_in_use():
    """The merge waits 150 ms for the slower branch, then answers from what was found."""
    world = World()
    async with world.bench as bench:
        await world.ask()
        world.passages.go_on.set()
        context = (await bench.after.until(LLMContextFrame)).context
        assert context.evidence.hits == (HIT,)
        assert world.missing() == ["intent"]


@on_jumping_clock
async def test_an_intent_that_fails_leaves_the_passages_in_use():
    """An exception in one branch costs its own result only."""
    world = World(verdict=RuntimeError("no model"))
    async with world.bench as bench:
        await world.ask()
        world.intents.go_on.set()
        world.passages.go_on.set()
        context = (await bench.after.until(LLMContextFrame)).context
        assert context.evidence.hits == (HIT,)
        assert world.missing() == []


@on_jumping_clock
async def test_a_retrieval_that_fails_still_gets_an_answer():
    """Without passages the answerer is asked all the same: it says that it doesn't know."""
    world = World(found=RuntimeError("no index"))
    async with world.bench as bench:
        await world.ask()
        world.intents.go_on.set()
        world.passages.go_on.set()
        context = (await bench.after.until(LLMContextFrame)).context
        assert context.evidence.hits == ()


@on_jumping_clock
async def test_results_of_another_turn_are_not_used():
    """What a branch found for turn 1 is no part of the answer to turn 2."""
    world = World()
    async with world.bench as bench:
        await world.ask(turn=1)
        await world.intents.began.wait()
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        world.intents.go_on.set()
        world.passages.go_on.set()
        await world.ask(turn=2)
        context = (await bench.after.until(LLMContextFrame)).context
        assert context.turn == 2
        assert len(bench.after.of(LLMContextFrame)) == 1
