"""What was searched while the caller spoke is there when the turn is over, if it still holds."""

import asyncio

import pytest
from pipecat.frames.frames import ControlFrame, InterruptionFrame

from processors.frames import IntentFrame, PassagesFrame, UserTurnFrame
from tests.processors.branches import VECTOR, World, document
from tests.processors.harness import on_jumping_clock


@on_jumping_clock
async def test_a_turn_that_was_searched_ahead_costs_nothing():
    """No embedding, no search, no classification: what was found while the caller spoke is used."""
    world = World()
    async with world.bench as bench:
        await world.speaks("how much is the fee")
        found = await world.ends("How much is the fee, please?")
        intent = await bench.after.until(IntentFrame)
        assert world.embedded == ["how much is the fee"]
        assert world.searched == [("how much is the fee", None)]
        assert world.classifier.asked == ["how much is the fee"]
        assert (intent.turn, intent.result.intent) == (1, "how much is the fee")
        assert (found.turn, document(found)) == (1, "how much is the fee 1")
        assert found.embedding is VECTOR
        assert world.counted == ["retrieval_ahead hit"]
        rows = {row.stage: row for row in world.ledgers.end(1).rows()}
        assert rows["retrieval"].start_ms == rows["retrieval"].end_ms


@pytest.mark.parametrize(
    "final",
    ["Is the fee 50 dollars?", "Is the fee not 15 dollars?", "Is the fee for fall 15 dollars?"],
)
def test_other_words_are_searched_anew(final: str):
    """A number, a negation or a word more: what was found for the other question is not used."""

    @on_jumping_clock
    async def run() -> None:
        world = World()
        async with world.bench:
            await world.speaks("Is the fee 15 dollars?")
            assert document(await world.ends(final)) == f"{final} 1"
            assert world.counted == ["retrieval_ahead miss"]

    run()


@on_jumping_clock
async def test_the_same_words_about_something_else_are_searched_anew():
    """ "And for graduates?" is another question after another answer."""
    world = World()
    async with world.bench:
        await world.speaks("and for graduates", about="the fee")
        await world.ends("and for graduates", about="the deadline")
        assert world.searched[-1] == ("and for graduates", "the deadline")
        assert world.counted == ["retrieval_ahead miss"]


@on_jumping_clock
async def test_documents_that_changed_meanwhile_are_searched_anew():
    """The answer is from the documents as they are at the end of the turn."""
    world = World()
    async with world.bench:
        await world.speaks("the fee")
        world.version = "2"
        assert document(await world.ends("the fee")) == "the fee 2"
        assert world.counted == ["retrieval_ahead miss"]


@on_jumping_clock
async def test_a_search_under_way_is_waited_for_not_repeated():
    """The turn ends while its words are being searched: they are searched once."""
    world = World()
    async with world.bench as bench:
        world.gate.clear()
        await world.speaks("the fee")
        await bench.send(UserTurnFrame(turn=1, text="The fee."))
        await bench.settle()
        assert not bench.after.of(PassagesFrame)
        world.gate.set()
        found = await bench.after.until(PassagesFrame)
        assert document(found) == "the fee 1"
        assert world.embedded == ["the fee"]
        assert world.counted == ["retrieval_ahead hit"]


@on_jumping_clock
async def test_of_the_words_that_wait_only_the_newest_are_searched():
    """One search at a time; what was said in between is passed over."""
    world = World()
    async with world.bench:
        world.gate.clear()
        await world.speaks("the")
        await world.speaks("the fee", "the fee for", "the fee for graduates")
        assert world.embedded == ["the"]
        world.gate.set()
        await world.speaks()
        assert [text for text, _ in world.searched] == ["the", "the fee for graduates"]


@on_jumping_clock
async def test_an_interruption_drops_the_work():
    """What was found, and what is being searched, is nobody's after it."""
    world = World()
    async with world.bench as bench:
        await world.speaks("the fee")
        world.gate.clear()
        await world.speaks("the fee for graduates")
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        world.gate.set()
        await world.speaks()
        assert [text for text, _ in world.searched] == ["the fee"]
        assert document(await world.ends("The fee for graduates?")) == "The fee for graduates? 1"
        assert world.counted == ["retrieval_ahead miss"]


@on_jumping_clock
async def test_one_turn_does_not_get_what_was_found_for_another():
    """The same question a second time is searched a second time."""
    world = World()
    async with world.bench:
        await world.speaks("the fee")
        await world.ends("the fee")
        await world.ends("the fee", turn=2)
        assert world.counted == ["retrieval_ahead hit", "retrieval_ahead miss"]


@on_jumping_clock
async def test_a_search_ahead_that_fails_is_tried_again():
    """Nobody notices but the log."""
    world = World()
    async with world.bench:
        world.fails = True
        await world.speaks("the fee")
        world.fails = False
        assert document(await world.ends("the fee")) == "the fee 1"
        assert world.counted == ["retrieval_ahead miss"]


@on_jumping_clock
async def test_a_search_ahead_that_hangs_is_given_up():
    """Later turns are searched ahead again."""
    world = World()
    async with world.bench:
        world.gate.clear()
        await world.speaks("the fee")
        await asyncio.sleep(10)
        world.gate.set()
        await world.speaks("the deadline")
        assert document(await world.ends("the deadline")) == "the deadline 1"
        assert world.counted == ["retrieval_ahead hit"]


@on_jumping_clock
async def test_a_pattern_decides_over_what_was_told_ahead():
    """Final words that a pattern knows need no classifier, whatever the partial ones were."""
    world = World()
    async with world.bench as bench:
        await world.speaks("goodbye")
        await world.ends("Goodbye.")
        intent = await bench.after.until(IntentFrame)
        assert (intent.result.intent, intent.result.level) == ("goodbye", "L1")


@on_jumping_clock
async def test_words_that_are_not_final_go_no_further():
    """Behind the two branches there are turns and what was found for them."""
    world = World()
    async with world.bench as bench:
        await world.speaks("the fee")
        assert bench.after.of(ControlFrame) == []


@on_jumping_clock
async def test_what_is_found_ahead_is_read_ahead():
    """The turn's own words need no reading if they are as good as the same."""
    world = World()
    async with world.bench:
        await world.speaks("the fee")
        found = await world.ends("The fee, please?")
        assert found.answer
        assert found.answer.text == "the fee is 5"
        assert world.read == ["the fee"]


@on_jumping_clock
async def test_what_is_searched_at_the_end_is_read_by_the_answerer():
    """A branch that the merge waits for only searches."""
    world = World()
    async with world.bench:
        await world.speaks("the fee")
        found = await world.ends("The fee for graduates?")
        assert found.answer is None
        assert world.read == ["the fee"]


@on_jumping_clock
async def test_a_model_that_writes_is_told_what_reading_found_out():
    """Where one may be asked, what is searched at the end of a turn is read, too."""
    world = World(reads_all=True)
    async with world.bench:
        found = await world.ends("The fee for graduates?")
        assert found.answer
        assert found.answer.text == "The fee for graduates? is 5"
