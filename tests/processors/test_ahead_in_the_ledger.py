"""Where the time of a turn went that was answered ahead."""

import asyncio

from processors.frames import SpeechFinishedFrame, SpeechStartedFrame
from tests.processors.answering import Answering
from tests.processors.harness import on_jumping_clock


@on_jumping_clock
async def test_work_done_ahead_takes_no_time_in_the_ledger():
    """Its stages are there with 0 ms; what comes later of the same reply is not taken for it."""
    call = Answering()
    ledgers = call.world.ledgers
    async with call.bench as bench:
        ledger = ledgers.end(1)
        await asyncio.sleep(1)
        await call.maybe("the fee")
        await asyncio.sleep(1)
        ledgers.begin(1, ledger)
        await call.over("the fee")
        started = await bench.before.until(SpeechStartedFrame)
        await bench.before.until(SpeechFinishedFrame)
        ledger.mark("audio_out", now=started.at)
        assert not {"llm_first", "tts_first"} & set(ledger.marks)
        took = {row.stage: row.end_ms - row.start_ms for row in ledger.rows() if row.critical}
        assert (took["llm"], took["tts"], took["transport"]) == (0, 0, 0)
        assert ledger.breakdown()["total_ms"] == round(started.at * 1000, 1)


@on_jumping_clock
async def test_an_answer_that_was_not_made_ahead_is_in_the_ledger_as_ever():
    """Each milestone at the time of its first frame."""
    call = Answering()
    async with call.bench as bench:
        await call.over("the fee", stands=False)
        await bench.before.until(SpeechFinishedFrame)
        assert {"merged", "llm_first", "tts_first"} <= set(call.world.ledgers.end(1).marks)
