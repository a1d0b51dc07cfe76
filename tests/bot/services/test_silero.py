"""One model for all calls hears what a model for each call hears."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADState

from bot.pipeline import VAD
from bot.services.local.lulls import LullVAD
from bot.services.local.silero import RATE, WINDOW, Ear, Silero

AUDIO = Path(__file__).parents[3].parent / "shared" / "audio"
FRAME = RATE // 50


def samples(path: Path) -> np.ndarray:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (RATE, 1)
        return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")


def calls() -> list[np.ndarray]:
    """Real speech and noise, twice each, with digital silence or a faint hiss between."""
    silence = np.zeros(3 * RATE, dtype=np.int16)
    hiss = np.random.default_rng(0).normal(0, 30, 3 * RATE).astype(np.int16)
    found = [samples(path)[: 5 * RATE] for path in sorted(AUDIO.glob("*.wav"))]
    return [
        np.concatenate([audio, silence if i % 2 else hiss, audio, silence])
        for i, audio in enumerate(found)
    ]


async def states(vad: VADAnalyzer, audio: np.ndarray) -> list[VADState]:
    vad.set_sample_rate(RATE)
    frames = (audio[i : i + FRAME].tobytes() for i in range(0, len(audio) - FRAME, FRAME))
    return [await vad.analyze_audio(frame) for frame in frames]


@pytest.mark.slow
async def test_all_calls_at_once_are_heard_as_each_alone_by_pipecat():
    """Each frame of each call has the state that Pipecat's analyzer, a model a call, gives it."""
    shared, heard = Silero(), calls()
    if not heard:
        pytest.skip("without the recordings beside the project")
    ours = await asyncio.gather(*(states(LullVAD(shared, VAD), audio) for audio in heard))
    for audio, found in zip(heard, ours, strict=True):
        assert found == await states(SileroVADAnalyzer(params=VAD), audio)
    assert any(VADState.SPEAKING in found for found in ours)


async def test_a_call_that_ends_takes_no_other_down():
    """Its window is not waited for any more; those of the same moment are answered."""
    silero, window = Silero(), np.zeros(WINDOW, dtype=np.int16)
    gone, stays = (silero.hear(Ear(), window) for _ in range(2))
    gone.cancel()
    assert 0 <= await stays < 0.1


async def test_frames_that_come_at_once_are_heard_in_order():
    """Audio of a line and silence for its gaps may come from two tasks."""
    vads = [LullVAD(Silero(), VAD) for _ in range(2)]
    audio = np.random.default_rng(1).normal(0, 3000, RATE // 2).astype(np.int16)
    frames = [audio[i : i + FRAME].tobytes() for i in range(0, len(audio), FRAME)]
    for vad in vads:
        vad.set_sample_rate(RATE)
    at_once = await asyncio.gather(*(vads[0].analyze_audio(frame) for frame in frames))
    assert at_once[-1] == [await vads[1].analyze_audio(frame) for frame in frames][-1]
    assert vads[0].lull.seconds == pytest.approx(vads[1].lull.seconds)
