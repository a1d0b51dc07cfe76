"""When a recogniser fails, the next one hears the same audio again."""

import asyncio

import pytest
from pipecat.frames.frames import (
    ErrorFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)

from bot.services.failover.stt import STTFailover
from bot.services.failover.switchboard import Switchboard
from conversation.ledger import Ledgers
from processors.frames import FinalSegmentFrame
from tests.bot.services.failover.fakes import FAULTS, FakeSTT, Refused, Wait
from tests.processors.harness import Bench, clock, on_jumping_clock

CHUNK = 0.1  # seconds


class Desk:
    """Recognisers a, b … behind one fail-over, and a caller who speaks."""

    def __init__(self, *recognisers: FakeSTT, board: Switchboard | None = None) -> None:
        self.board = board or Switchboard()
        self.ledgers = Ledgers()
        named = list(zip("abc", recognisers, strict=False))
        self.failover = STTFailover(named, self.board, self.ledgers, clock=clock)

    async def silence(self, bench: Bench, seconds: float) -> None:
        for _ in range(round(seconds / CHUNK)):
            await bench.send(InputAudioRawFrame(b"\0\0" * 1600, 16000, 1))
            await bench.settle(2)

    async def says(self, bench: Bench, seconds: float = 1.0) -> None:
        await self.begins(bench, seconds)
        await bench.send(VADUserStoppedSpeakingFrame())

    async def begins(self, bench: Bench, seconds: float = 1.0) -> None:
        await bench.send(VADUserStartedSpeakingFrame())
        await self.silence(bench, seconds)


def transcripts(bench: Bench) -> list[tuple[int, str]]:
    return [(f.segment, f.text) for f in bench.after.of(FinalSegmentFrame)]


@on_jumping_clock
async def test_the_first_recogniser_does_the_work():
    """Audio and VAD frames pass once, and transcripts are numbered."""
    first, second = FakeSTT(("one",), ("two",)), FakeSTT(("no",))
    desk = Desk(first, second)
    async with Bench(desk.failover) as bench:
        await desk.silence(bench, 0.5)
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame, 2)
        assert transcripts(bench) == [(1, "one"), (2, "two")]
        assert len(bench.after.of(InputAudioRawFrame)) == 25
        assert len(bench.after.of(VADUserStartedSpeakingFrame)) == 2
        assert second.heard == []
        assert desk.ledgers.coming.served("stt") == "a"


@pytest.mark.parametrize("fault", FAULTS)
def test_the_next_recogniser_hears_the_same_audio(fault: str):
    """With what came before the VAD noticed speech; nobody has to say it again."""

    @on_jumping_clock
    async def run() -> None:
        second = FakeSTT(("hello",))
        desk = Desk(FakeSTT(FAULTS[fault]), second)
        async with Bench(desk.failover) as bench:
            await desk.silence(bench, 0.5)
            await desk.says(bench)
            await bench.after.until(FinalSegmentFrame)
            assert transcripts(bench) == [(1, "hello")]
            assert second.heard == [1.5]
            assert bench.before.of(ErrorFrame) == []
        assert desk.board.faults == {("stt", "a", fault): 1}
        assert desk.board.failovers == {("stt", "a", "b"): 1}

    run()


@on_jumping_clock
async def test_a_recogniser_that_failed_gets_no_more_audio():
    """The next thing the caller says goes to the other one at once, its beginning too."""
    first, second = FakeSTT((Refused(500),)), FakeSTT(("one",), ("two",))
    desk = Desk(first, second)
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        await desk.silence(bench, 0.5)
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame, 2)
        assert transcripts(bench) == [(1, "one"), (2, "two")]
        assert (len(first.heard), len(second.heard)) == (1, 2)
        assert second.heard[1] >= 1.5


@on_jumping_clock
async def test_a_transcript_that_comes_too_late_is_not_taken_for_the_next():
    """The old answer of a recogniser that was given up is dropped, whenever it comes."""
    first = FakeSTT((Wait(8.0), "old"), ("new",))
    desk = Desk(first, FakeSTT(("one",), ("two",)))
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        await Wait(6.0).over()  # it may be probed, but still owes the old answer
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame, 2)
        await Wait(8.0).over()
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame, 3)
        assert transcripts(bench) == [(1, "one"), (2, "two"), (3, "new")]


@on_jumping_clock
async def test_a_failure_while_the_caller_goes_on_loses_nothing():
    """A pause, an error, and speech again: the other one hears it all, as one segment."""
    second = FakeSTT(("first",), ("first and second",))
    desk = Desk(FakeSTT((Wait(0.2), Refused(500))), second)
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await desk.begins(bench, 0.5)
        await Wait(0.5).over()
        await bench.after.until(FinalSegmentFrame)
        await desk.silence(bench, 0.5)
        await bench.send(VADUserStoppedSpeakingFrame())
        await bench.after.until(FinalSegmentFrame, 2)
        numbers = [number for number, _ in transcripts(bench)]
        assert numbers == [1, 2]
        assert second.heard[0] == pytest.approx(
            1.0, abs=1.1 * CHUNK
        )  # audio goes past the VAD's word
        assert sum(second.heard) >= 2.0


@on_jumping_clock
async def test_nobody_left_is_an_error_and_the_next_speech_is_heard():
    """One error upstream; the recognisers are asked again when the caller says more."""
    desk = Desk(FakeSTT((Refused(500),), ("again",)), FakeSTT((Refused(500),)))
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.before.until(ErrorFrame)
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        assert transcripts(bench) == [(1 + 1, "again")]
        assert len(bench.before.of(ErrorFrame)) == 1


@on_jumping_clock
async def test_an_interruption_is_no_reason_to_stop_hearing():
    """What the caller says is what interrupts."""
    desk = Desk(FakeSTT((Wait(0.3), "stop")))
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.send(InterruptionFrame())
        await bench.after.until(FinalSegmentFrame)
        assert transcripts(bench) == [(1, "stop")]


@on_jumping_clock
async def test_a_slow_recogniser_gets_a_rival():
    """Hedging: the first transcript counts, the other is dropped."""
    desk = Desk(FakeSTT((Wait(0.5), "late")), FakeSTT(("early",)), board=Switchboard(hedge=True))
    for _ in range(20):
        desk.board.began(("stt", "a"), 0.1)
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        await Wait(1.0).over()
        assert transcripts(bench) == [(1, "early")]
        assert desk.board.faults == {}
        assert desk.board.hedges == {("stt", "b"): 1}


@on_jumping_clock
async def test_seconds_are_counted_for_who_heard_them():
    """A recogniser that failed was given the audio, too."""
    desk = Desk(FakeSTT((Refused(500),)), FakeSTT(("one",)))
    async with Bench(desk.failover) as bench:
        await desk.says(bench)
        await bench.after.until(FinalSegmentFrame)
        await asyncio.wait_for(bench.settle(), 5)
        assert {u.provider for u in desk.ledgers.coming.used} == {"a", "b"}
        assert sum(desk.board.amounts.values()) > 0
