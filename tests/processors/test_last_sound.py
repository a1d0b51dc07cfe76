"""When the caller's last sound was, whatever the VAD thinks and however late audio comes."""

import numpy as np
import pytest
from pipecat.frames.frames import InputAudioRawFrame, VADUserStoppedSpeakingFrame
from pipecat.tests.utils import run_test

from conversation.ledger import LAST_SOUND, Ledgers
from processors.last_sound import CallerAudio, LastSound, silence_before

RATE = 16000
STEP = 320  # samples of a chunk, 20 ms


def spoken(*parts: tuple[float, float]) -> np.ndarray:
    """(seconds, level) of each part: noise with that many times full scale."""
    random = np.random.default_rng(1)
    noises = [random.uniform(-level, level, round(s * RATE)) for s, level in parts]
    return (np.concatenate(noises) * 32767).astype(np.int16)


def hear(audio: CallerAudio, samples: np.ndarray, lateness: list[float] | None = None) -> None:
    """In real time from second 100 on; the chunks come late by turns."""
    for number, at in enumerate(range(0, len(samples), STEP)):
        chunk = samples[at : at + STEP]
        late = lateness[number % len(lateness)] if lateness else 0.0
        audio.add(chunk.tobytes(), RATE, now=100.0 + (at + len(chunk)) / RATE + late)


@pytest.mark.parametrize("level", [0.5, 0.02], ids=["usual", "quiet"])
@pytest.mark.parametrize("noise", [0.0, 0.0005], ids=["silent line", "noisy line"])
def test_the_last_sample_of_speech_is_found(level: float, noise: float):
    """Of loud and quiet callers, on lines with and without noise."""
    audio = CallerAudio()
    hear(audio, spoken((0.5, noise), (1.237, level), (0.3, noise)))
    assert audio.last_sound() == pytest.approx(101.737, abs=0.002)


def test_chunks_that_come_late_do_not_move_it():
    """Up to 60 ms: the audio is its own clock."""
    audio = CallerAudio()
    hear(audio, spoken((1.0, 0.0), (1.2, 0.3), (0.3, 0.0)), [0.0, 0.06, 0.03, 0.05])
    assert audio.last_sound() == pytest.approx(102.2, abs=0.005)


def test_a_line_that_stood_still_goes_on_from_where_it_is():
    """What comes after half a minute without audio was spoken then."""
    audio = CallerAudio()
    hear(audio, spoken((0.5, 0.3)))
    samples = spoken((0.5, 0.3), (0.3, 0.0))
    for at in range(0, len(samples), STEP):
        audio.add(samples[at : at + STEP].tobytes(), RATE, now=130.0 + (at + STEP) / RATE)
    assert audio.last_sound() == pytest.approx(130.5, abs=0.002)


def test_a_clock_that_goes_differently_is_followed():
    """A caller's sound card that is 200 millionths slow is 0.12 s late after ten minutes."""
    audio, chunk = CallerAudio(), np.zeros(STEP, dtype=np.int16).tobytes()
    now = 100.0
    for _ in range(30_000):
        now += 0.02 * 1.0002
        audio.add(chunk, RATE, now=now)
    audio.add(spoken((0.02, 0.3)).tobytes(), RATE, now=now + 0.02)
    for quiet in range(8):
        audio.add(chunk, RATE, now=now + 0.02 * (quiet + 2))
    assert audio.last_sound() == pytest.approx(now + 0.02, abs=0.005)


def test_what_a_door_keeps_was_spoken_earlier():
    """By as much as it keeps."""
    audio = CallerAudio(late=0.08)
    hear(audio, spoken((1.0, 0.3), (0.2, 0.0)))
    assert audio.last_sound() == pytest.approx(100.92, abs=0.002)


def test_silence_has_no_last_sound():
    """Nor has a line on which nothing came."""
    audio = CallerAudio()
    assert audio.last_sound() is None
    hear(audio, np.zeros(RATE, dtype=np.int16))
    assert audio.last_sound() is None


async def test_it_is_noted_when_the_vad_is_sure():
    """For the turn that is coming; every frame goes on."""
    ledgers, clock = Ledgers(), iter(np.arange(50.02, 60, 0.02))
    samples = spoken((0.6, 0.3), (0.2, 0.0))
    frames = [
        InputAudioRawFrame(samples[at : at + STEP].tobytes(), RATE, 1)
        for at in range(0, len(samples), STEP)
    ]
    await run_test(
        LastSound(ledgers, clock=lambda: float(next(clock))),
        frames_to_send=[*frames, VADUserStoppedSpeakingFrame()],
        expected_down_frames=[InputAudioRawFrame] * len(frames) + [VADUserStoppedSpeakingFrame],
    )
    assert ledgers.coming.marks[LAST_SOUND] == pytest.approx(50.6, abs=0.002)


def test_the_silence_before_a_voice_is_measured():
    """To the sample; audio without any sound has none."""
    assert silence_before(spoken((0.1, 0.0), (0.1, 0.3)).tobytes(), RATE) == pytest.approx(
        0.1, abs=0.001
    )
    assert silence_before(np.zeros(800, dtype=np.int16).tobytes(), RATE) is None
