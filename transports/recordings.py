"""Recordings to be played as a caller: any rate and channel count, checked before they are read."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 16000
LONGEST_SECONDS = 1800
_SILENCE = 0.001  # full scale 1.0; quieter than this is no speech


class UnusableRecording(ValueError):
    """The file can't be played; the message says why and what to do."""


def read_recording(path: Path) -> np.ndarray:
    """The recording as int16 mono at 16 kHz. Raises UnusableRecording."""
    if not path.is_file():
        kind = "is a folder" if path.is_dir() else "does not exist"
        raise UnusableRecording(f"{path} {kind}: name a WAV file.")
    try:
        about = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError):
        raise UnusableRecording(f"{path} is no audio file that can be read: use WAV.") from None
    if about.frames == 0:
        raise UnusableRecording(f"{path} is empty: record something, or leave it out.")
    if about.duration > LONGEST_SECONDS:
        minutes = f"{about.duration / 60:.0f} minutes"
        raise UnusableRecording(f"{path} lasts {minutes}: use at most 30, or cut it into parts.")
    samples, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if not np.isfinite(mono).all():
        raise UnusableRecording(f"{path} holds samples that are no numbers: export it again.")
    if float(np.abs(mono).max()) < _SILENCE:
        raise UnusableRecording(f"{path} is silent: check the microphone it was recorded with.")
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    return (np.clip(mono, -1.0, 1.0) * 32767).astype(np.int16)


def write_recording(path: Path, pcm: bytes, rate: int) -> None:
    """Writes 16-bit mono PCM as WAV. Raises UnusableRecording."""
    try:
        soundfile.write(str(path), np.frombuffer(pcm, dtype=np.int16), rate)
    except (soundfile.SoundFileError, OSError) as error:
        raise UnusableRecording(f"{path} cannot be written: {error}.") from None
