"""When a voice fails, the next one says the words that are missing."""

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    ErrorFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)

from bot.services.failover.switchboard import Switchboard
from processors.ahead_frames import TurnConfirmedFrame
from processors.frames import AnswerStartFrame, SentenceFrame
from tests.bot.services.failover.fakes import FAULTS, HANG, FakeTTS, Refused, Step, Wait
from tests.bot.services.failover.speaking import FIRST, GOOD, SECOND, Desk, letters, pieces, words
from tests.processors.harness import Bench, on_jumping_clock


@on_jumping_clock
async def test_a_reply_is_spoken_sentence_by_sentence():
    """Each is announced once, before its audio."""
    voice = FakeTTS(GOOD)
    desk = Desk(voice)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST, SECOND)
        assert voice.spoken == [FIRST, SECOND]
        assert pieces(bench) == [FIRST, SECOND]
        assert words(bench) == f"{FIRST} {SECOND}"
        assert letters(bench) == pytest.approx(len(FIRST) + len(SECOND), abs=0.1)
        order = [type(f) for f in bench.after.frames if isinstance(f, _TOLD)]
        one = [AggregatedTextFrame, TTSStartedFrame, *2 * [TTSAudioRawFrame], TTSTextFrame]
        assert order == [*one, TTSStoppedFrame] * 2


_TOLD = (AggregatedTextFrame, TTSStartedFrame, TTSAudioRawFrame, TTSStoppedFrame)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_voice_without_a_sound_is_passed_over(fault: str):
    """The next one says the whole sentence, and those that follow; it is announced once."""

    @on_jumping_clock
    async def run() -> None:
        first, second = FakeTTS(FAULTS[fault]), FakeTTS(GOOD)
        desk = Desk(first, second)
        async with Bench(desk.failover) as bench:
            await desk.reply(bench, FIRST, SECOND)
            assert second.spoken == [FIRST, SECOND]
            assert len(first.spoken) == 1
            assert pieces(bench) == [FIRST, SECOND]
            assert words(bench) == f"{FIRST} {SECOND}"
            assert bench.before.of(ErrorFrame) == []
        assert desk.board.faults == {("tts", "a", fault): 1}
        assert desk.board.failovers == {("tts", "a", "b"): 1}

    run()


@on_jumping_clock
async def test_a_voice_that_ends_in_silence_is_passed_over():
    """It took the request and sent no audio at all."""
    second = FakeTTS(GOOD)
    desk = Desk(FakeTTS(()), second)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert second.spoken == [FIRST]
        assert pieces(bench) == [FIRST]


CUTS: dict[str, tuple[Step, ...]] = {
    "stalled": ("0.5", HANG),
    "unreachable": ("0.5", Wait(0.1), ConnectionResetError()),
    "failed": ("0.5", Wait(0.1), Refused(500)),
}


@pytest.mark.parametrize("fault", CUTS)
def test_the_next_voice_goes_on_within_the_sentence(fault: str):
    """Half of the audio was there: the other half of the words is spoken.

    How many were heard is reckoned, so that one may come twice but none is lost.
    """

    @on_jumping_clock
    async def run() -> None:
        second = FakeTTS(GOOD)
        desk = Desk(FakeTTS(CUTS[fault]), second)
        async with Bench(desk.failover) as bench:
            await desk.reply(bench, FIRST, SECOND)
            assert second.spoken == ["is May the first.", SECOND]
            assert pieces(bench) == [FIRST, SECOND]
            assert words(bench) == f"{FIRST} {SECOND}"
            assert letters(bench) == pytest.approx(len(FIRST) + len(SECOND), abs=3)
        assert desk.board.faults == {("tts", "a", fault): 1}

    run()


@on_jumping_clock
async def test_audio_far_too_short_for_the_words_was_cut_short():
    """A stream can end early without an error; three tenths of the audio are no sentence."""
    second = FakeTTS(GOOD)
    desk = Desk(FakeTTS(("0.3",)), second)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert second.spoken == ["deadline is May the first."]
    assert desk.board.faults == {("tts", "a", "cut_short"): 1}


@on_jumping_clock
async def test_nobody_left_fails_the_turn():
    """Once for a sentence, as a single voice's failure does."""
    desk = Desk(FakeTTS((Refused(500),)), FakeTTS((Refused(500),)))
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert len(bench.before.of(ErrorFrame)) == 1
        assert pieces(bench) == []


@on_jumping_clock
async def test_an_interruption_stops_the_voice():
    """Nothing of the old reply is heard after it, and the voice is not to blame."""
    first = FakeTTS(("0.5", HANG), GOOD)
    desk = Desk(first, FakeTTS(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.begin(bench, FIRST, SECOND)
        await bench.after.until(TTSAudioRawFrame)
        await bench.send(InterruptionFrame())
        await bench.after.until(InterruptionFrame)
        await desk.reply(bench, "Yes.", turn=2)
        assert first.spoken == [FIRST, "Yes."]
        assert first.stopped == 1
        assert pieces(bench) == [FIRST, "Yes."]
        assert desk.board.faults == {}


@on_jumping_clock
async def test_words_without_a_letter_are_nobodys_fault():
    """A dash can't be spoken: no provider is asked."""
    voice = FakeTTS(GOOD)
    desk = Desk(voice)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, "–", FIRST)
        assert voice.spoken == [FIRST]


@on_jumping_clock
async def test_words_that_come_bit_by_bit_are_spoken_by_sentences():
    """As a single language model streams them."""
    voice = FakeTTS(GOOD)
    desk = Desk(voice)
    async with Bench(desk.failover) as bench:
        bits = ("One", " two.", " Three", " four")
        await bench.send(*(LLMTextFrame(bit) for bit in bits), LLMFullResponseEndFrame())
        await bench.after.until(LLMFullResponseEndFrame)
        assert voice.spoken == ["One two.", "Three four"]


@on_jumping_clock
async def test_a_slow_voice_gets_a_rival():
    """Hedging: the sentence is heard once, from whoever is first."""
    first, second = FakeTTS((Wait(0.7), "1.0")), FakeTTS(GOOD)
    desk = Desk(first, second, board=Switchboard(hedge=True))
    for _ in range(20):
        desk.board.began(("tts", "a"), 0.1)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert words(bench) == FIRST
        assert (first.stopped, len(second.spoken)) == (1, 1)


@on_jumping_clock
async def test_characters_are_counted_for_who_was_given_them():
    """Of the turn, and of all calls."""
    desk = Desk(FakeTTS(GOOD))
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert [u.amount for u in desk.ledgers.end(1).used] == [len(FIRST)]
        assert desk.board.amounts == {("tts", "a", "characters"): len(FIRST)}


@on_jumping_clock
async def test_what_is_spoken_ahead_is_on_the_account_of_the_turn_to_come():
    """Once it is over, the rest is on its own."""
    desk = Desk(FakeTTS(GOOD))
    async with Bench(desk.failover) as bench:
        await bench.send(AnswerStartFrame(turn=1, ahead=3), SentenceFrame(FIRST))
        await bench.after.until(TTSStoppedFrame)
        assert [tried.failed for tried in desk.ledgers.coming.tries] == [""]
        desk.ledgers.begin(1, desk.ledgers.take())
        await bench.send(TurnConfirmedFrame(turn=1, ahead=3), SentenceFrame(SECOND))
        await bench.after.until(TTSStoppedFrame, 2)
        assert len(desk.ledgers.of(1).tries) == 2
        assert desk.ledgers.coming.tries == []
