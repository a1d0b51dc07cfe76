"""Any recording that can be played is; any other is refused with what to do."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from transports.recordings import RATE, UnusableRecording, read_recording, write_recording


def tone(seconds: float, rate: int, channels: int = 1) -> np.ndarray:
    wave = 0.3 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)
    return np.stack([wave] * channels, axis=1)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_rate_and_channel_count_becomes_16_khz_mono(tmp_path: Path, rate: int, channels: int):
    """The length in seconds stays, and so does the sound."""
    path = tmp_path / "tone.wav"
    soundfile.write(str(path), tone(1.0, rate, channels), rate)
    samples = read_recording(path)
    assert samples.dtype == np.int16
    assert len(samples) == pytest.approx(RATE, abs=2)
    spectrum = np.abs(np.fft.rfft(samples[: RATE // 2]))
    assert np.argmax(spectrum) * 2 == pytest.approx(440, abs=4)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT", "ULAW"])
def test_every_usual_encoding_is_read(tmp_path: Path, subtype: str):
    """Eight bits, floats, telephone: all are played at their level."""
    path = tmp_path / "tone.wav"
    soundfile.write(str(path), tone(0.5, 16000), 16000, subtype=subtype)
    assert np.abs(read_recording(path)).max() == pytest.approx(0.3 * 32767, rel=0.05)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path):
    """A float file with a hole in it is not played as noise."""
    path = tmp_path / "hole.wav"
    soundfile.write(str(path), np.array([0.1, np.nan, 0.2] * 100), 16000, subtype="FLOAT")
    with pytest.raises(UnusableRecording, match="no numbers"):
        read_recording(path)


def test_a_reply_that_cannot_be_written_says_where(tmp_path: Path):
    """The path is in the message."""
    with pytest.raises(UnusableRecording, match="nowhere"):
        write_recording(tmp_path / "nowhere" / "reply.wav", bytes(320), RATE)
