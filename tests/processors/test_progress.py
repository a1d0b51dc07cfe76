"""How far a reply was heard is kept as each piece begins, before anybody is told of it."""

import asyncio

from pipecat.frames.frames import (
    AggregatedTextFrame,
    InterruptionFrame,
    OutputTransportMessageUrgentFrame,
)

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import AnswerStartFrame, PlaybackFrame, Script, SpeechFinishedFrame
from processors.speech_hold import SpeechHold
from tests.processors.harness import Bench, clock, on_jumping_clock
from tests.processors.test_speech_hold import WORDS, reply

Noted = list[tuple[int, str, str, bool]]


def hold(noted: Noted, **how: float) -> SpeechHold:
    def progress(turn: int, script: Script, heard: str, hangs_up: bool) -> None:
        noted.append((turn, script.text, heard, hangs_up))

    tell = Announcements("session", lambda: 0.0)
    return SpeechHold(tell, Ledgers(), clock=clock, progress=progress, **how)


@on_jumping_clock
async def test_each_piece_is_noted_as_it_begins():
    """With the words of the whole reply, the pieces before it, and whether the call ends then."""
    noted: Noted = []
    async with Bench(hold(noted)) as bench:
        script = Script(" ".join(WORDS), whole=True)
        start = AnswerStartFrame(turn=3, then_hang_up=True, script=script)
        await bench.send(start, *reply()[1:])
        await bench.after.until(OutputTransportMessageUrgentFrame)
        assert noted == [(3, script.text, "", True)]
        await bench.before.until(SpeechFinishedFrame)
        assert noted[1:] == [(3, script.text, WORDS[0], True)]


@on_jumping_clock
async def test_where_the_client_says_what_it_heard_that_is_noted():
    """Whatever was sent; and only what it says, if it always does."""
    noted: Noted = []
    async with Bench(hold(noted, reports_every=0.2)) as bench:
        await bench.send(*reply())
        await bench.after.until(AggregatedTextFrame, len(WORDS))
        assert [heard for _, _, heard, _ in noted] == [""]
        await bench.send(PlaybackFrame(seconds=2.1))
        await bench.settle()
        assert [heard for _, _, heard, _ in noted] == ["", WORDS[0]]


@on_jumping_clock
async def test_a_client_that_heard_less_is_believed():
    """What was noted by our clock is taken back."""
    noted: Noted = []
    async with Bench(hold(noted)) as bench:
        await bench.send(*reply())
        await asyncio.sleep(2.2)
        await bench.send(PlaybackFrame(seconds=0.5))
        await bench.settle()
        assert [heard for _, _, heard, _ in noted] == ["", WORDS[0], ""]


@on_jumping_clock
async def test_nothing_is_noted_of_a_reply_that_was_cut():
    """A report that comes late is of nobody's reply."""
    noted: Noted = []
    async with Bench(hold(noted)) as bench:
        await bench.send(*reply())
        await asyncio.sleep(1.0)
        await bench.send(InterruptionFrame(), PlaybackFrame(seconds=9.0))
        await bench.settle()
        assert len(noted) == 1
