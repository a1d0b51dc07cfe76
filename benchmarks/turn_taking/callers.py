"""The voices of the callers, and what a room and a line do to them."""

import subprocess
import tempfile
from functools import cache, partial

import numpy as np
import soxr

from benchmarks.voices import (
    RATE,
    Speak,
    as_recording,
    hibari,
    piper,
    read_sound,
    telephone,
    trimmed,
)

PEAK = 0.5  # of a caller who speaks as usual
NOISE_DB = -25.0  # of the loudest of the noise, to that


@cache
def _flite(text: str, voice: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(
            ["flite", "-voice", voice, "-t", text, "-o", file.name], check=True, timeout=60
        )
        return trimmed(read_sound(file.name))


def _faster(speak: Speak, factor: float) -> Speak:
    """Faster and higher by `factor`: another, smaller person."""

    def other(text: str) -> np.ndarray:
        return soxr.resample(speak(text), RATE * factor, RATE).astype(np.float32)

    return other


SPEAKERS: dict[str, Speak] = {
    "piper": cache(piper),
    "rms": partial(_flite, voice="rms"),
    "slt": partial(_flite, voice="slt"),
    "piper, higher": cache(_faster(piper, 1.12)),
    "hibari": cache(hibari),
    "hibari, lower": cache(_faster(hibari, 0.92)),
}


def line_noise(quality: str, seconds: float = 8.0) -> np.ndarray | None:
    """int16: the pink noise of a fan or a street, if `quality` is "noise"."""
    if quality != "noise":
        return None
    length = int(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(5).normal(size=length))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, length)
    return (noise / np.abs(noise).max() * PEAK * 10 ** (NOISE_DB / 20) * 32767).astype(np.int16)


def turned_away(samples: np.ndarray, db: float, seed: int) -> np.ndarray:
    """The same voice to somebody else in the room: quieter, duller, and from the walls.

    samples: float32. db: how much quieter, negative.
    """
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    duller = np.fft.irfft(spectrum / np.sqrt(1 + (hertz / 1500) ** 2), len(samples))
    draw = np.random.default_rng(seed)
    tail = draw.normal(size=int(0.35 * RATE)) * np.exp(-np.arange(int(0.35 * RATE)) / (0.08 * RATE))
    tail *= 0.5 / np.sqrt(np.sum(tail**2))
    echoes = np.convolve(duller, tail)
    echoes[: len(duller)] += duller
    scale = 10 ** (db / 20) * _rms(samples) / max(_rms(echoes), 1e-9)
    return (echoes * scale).astype(np.float32)


def faded(samples: np.ndarray) -> np.ndarray:
    """The same, going out within its last 10 ms."""
    length = min(len(samples), RATE // 100)
    return np.concatenate([samples[:-length], samples[-length:] * np.linspace(1, 0, length)])


def over_the_line(samples: np.ndarray, quality: str, db: float = 0.0) -> np.ndarray:
    """int16, as it arrives. db: louder than one speaks as usual."""
    heard = telephone(lambda _: samples)("") if quality == "telephone" else samples
    return as_recording(heard, PEAK * 10 ** (db / 20))


def _rms(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)))
