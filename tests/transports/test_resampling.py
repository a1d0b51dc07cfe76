"""Audio at another rate is there with the chunk it came in, and sounds as it did."""

import numpy as np
import pytest

from transports.resampling import PromptResampler


@pytest.mark.parametrize("rate", [8000, 11025, 24000, 44100, 48000])
async def test_every_chunk_gives_what_it_holds(rate: int):
    """Never more than 2 ms are kept back, and no chunk is empty."""
    resampler, chunk = PromptResampler(), np.zeros(rate // 50, dtype="<i2").tobytes()
    given = [len(await resampler.resample(chunk, rate, 16000)) // 2 for _ in range(50)]
    assert min(given) > 0
    assert sum(given) >= 50 * (rate // 50) * 16000 / rate - 0.0021 * 16000


async def test_a_tone_stays_a_tone():
    """Of the same pitch and loudness, with nothing added that is louder than -30 dB of it."""
    at = np.arange(8000)
    tone = (8000 * np.sin(2 * np.pi * 1000 * at / 8000)).astype("<i2")
    resampler = PromptResampler()
    pieces = [
        await resampler.resample(tone[i : i + 160].tobytes(), 8000, 16000)
        for i in range(0, len(tone), 160)
    ]
    heard = np.frombuffer(b"".join(pieces), dtype="<i2")[2000:12000].astype(float)
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    peak = int(spectrum.argmax())
    assert peak * 16000 / len(heard) == pytest.approx(1000, abs=2)
    assert np.abs(heard).max() == pytest.approx(8000, rel=0.05)
    beside = np.delete(spectrum, range(peak - 10, peak + 11))
    assert beside.max() < spectrum[peak] * 10 ** (-30 / 20)


async def test_audio_at_the_right_rate_is_left_alone():
    """To the last bit."""
    audio = np.arange(320, dtype="<i2").tobytes()
    assert await PromptResampler().resample(audio, 16000, 16000) == audio
    assert await PromptResampler().resample(b"", 8000, 16000) == b""
