"""A voice that tells when each word begins is cut at a word, and the times go on."""

import pytest

from processors.frames import SpokenWordFrame, UnsaySpeechFrame
from tests.bot.services.failover.fakes import HANG, LETTER, FakeTTS
from tests.bot.services.failover.speaking import FIRST, GOOD, Desk, letters, words
from tests.processors.harness import Bench, on_jumping_clock


@on_jumping_clock
async def test_a_voice_that_tells_its_words_is_cut_at_a_word():
    """The half word at the end of its audio is taken back, and said by the next voice."""
    second = FakeTTS(GOOD)
    desk = Desk(FakeTTS(("0.6", HANG), times=True), second)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert second.spoken == ["May the first."]
        unsaid = bench.after.of(UnsaySpeechFrame)[0].seconds
        assert letters(bench) - unsaid / LETTER == pytest.approx(len(FIRST), abs=0.5)
        assert words(bench) == FIRST


@on_jumping_clock
async def test_the_times_of_words_go_on_counting_in_the_sentence():
    """Whoever speaks: by them it is known what was heard when the caller breaks in."""
    second = FakeTTS(GOOD, times=True)
    desk = Desk(FakeTTS(("0.6", HANG), times=True), second)
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        told = [(f.word, round(f.at / LETTER)) for f in bench.after.of(SpokenWordFrame)]
        starts = [FIRST.index(f" {word}") + 1 if at else 0 for at, word in enumerate(FIRST.split())]
        assert told == list(zip(FIRST.split(), starts, strict=True))


@on_jumping_clock
async def test_times_are_left_out_after_a_voice_that_told_none():
    """Half of a sentence's times would put its words in the wrong places."""
    desk = Desk(FakeTTS(("0.5", HANG)), FakeTTS(GOOD, times=True))
    async with Bench(desk.failover) as bench:
        await desk.reply(bench, FIRST)
        assert bench.after.of(SpokenWordFrame) == []
        assert words(bench) == FIRST
