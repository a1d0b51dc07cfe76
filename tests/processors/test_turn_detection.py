"""How long a silence has to last depends on how finished the caller sounds."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import (
    InputAudioRawFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.turns.user_turn_processor import UserTurnProcessor

from bot.services.local.lulls import Lull
from processors.turn_detection import WINDOW_SECONDS, Window, turn_strategies
from tests.processors.harness import Bench, clock, on_jumping_clock


def detector(probability: float | Exception) -> UserTurnProcessor:
    async def finished(audio: np.ndarray, rate: int) -> float:
        if isinstance(probability, Exception):
            raise probability
        return probability

    return UserTurnProcessor(user_turn_strategies=turn_strategies(finished))


async def pause(bench: Bench) -> None:
    """The caller spoke and has been silent for 0.2 s."""
    await bench.send(VADUserStartedSpeakingFrame(), InputAudioRawFrame(bytes(640), 16000, 1))
    await bench.after.until(UserStartedSpeakingFrame)
    await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2))


@pytest.mark.parametrize(
    ("probability", "silence"),
    [(0.95, 0.2), (0.8, 0.35), (0.5, 0.5), (0.05, 1.5), (RuntimeError("no model"), 0.5)],
    ids=["finished", "nearly sure", "undecided", "unfinished", "no judgement"],
)
@on_jumping_clock
async def test_the_turn_ends_after_as_much_silence_as_it_sounds_finished(probability, silence):
    """At once when sure, after half a second when not, after one and a half when unfinished."""
    async with Bench(detector(probability)) as bench:
        await pause(bench)
        silent_since = clock() - 0.2
        await bench.after.until(UserStoppedSpeakingFrame)
        assert clock() - silent_since == pytest.approx(silence, abs=0.02)


@on_jumping_clock
async def test_a_caller_who_goes_on_keeps_the_turn():
    """Speech within the wait starts the judgement anew; the turn stops once, at the end."""
    async with Bench(detector(0.05)) as bench:
        await pause(bench)
        await asyncio.sleep(1.0)
        await bench.send(VADUserStartedSpeakingFrame())
        await asyncio.sleep(2.0)
        assert not bench.after.of(UserStoppedSpeakingFrame)
        await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        await bench.after.until(UserStoppedSpeakingFrame)
        assert len(bench.after.of(UserStoppedSpeakingFrame)) == 1


@on_jumping_clock
async def test_a_silence_is_judged_before_the_vad_is_sure_of_it():
    """Once, as if it had lasted as long as the model is used to; the judgement is used later."""
    silence, heard = Lull(), list[np.ndarray]()

    async def finished(audio: np.ndarray, rate: int) -> float:
        heard.append(audio)
        return 0.95

    strategies = turn_strategies(finished, lambda: silence)
    audio = InputAudioRawFrame(np.full(320, 500, dtype="<i2").tobytes(), 16000, 1)
    async with Bench(UserTurnProcessor(user_turn_strategies=strategies)) as bench:
        await bench.send(VADUserStartedSpeakingFrame(), audio)
        await bench.after.until(UserStartedSpeakingFrame)
        for seconds in (0.04, 0.12, 0.16):
            silence = Lull(1, seconds)
            await bench.send(audio)
            await bench.settle()
        await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        await bench.after.until(UserStoppedSpeakingFrame)
    assert len(heard) == 1
    assert len(heard[0]) == 3 * 320 + round(0.08 * 16000)


def test_the_model_hears_the_last_seconds_only():
    """Older audio is let go; what is left is the end of what was said, as floats."""
    window = Window()
    for second in range(20):
        window.add(np.full(16000, second * 100, dtype=np.int16).tobytes(), 16000)
    heard = window.audio()
    assert WINDOW_SECONDS <= len(heard) / 16000 <= WINDOW_SECONDS + 1
    assert heard[-1] == pytest.approx(1900 / 32768)
    assert heard.dtype == np.float32
