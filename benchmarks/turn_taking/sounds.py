"""Sounds that are not words for the bot: recordings where there are some, made ones where not."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.turn_taking.loudness import voiced
from benchmarks.voices import RATE, read_sound

TICS = {"coughing": "cough", "throat-clearing": "throat", "laughing": "laugh"}
LONGEST = 3.0  # seconds of a sound


@dataclass(frozen=True)
class Sound:
    """float32, -1 to 1, at RATE, not louder than 1."""

    name: str
    samples: np.ndarray
    made: bool = False
    """Whether it is no recording."""


def tics(folder: Path | None, count: int) -> Iterator[Sound]:
    """Coughs, cleared throats and laughs, in turn."""
    for number in range(count):
        kind, name = list(TICS.items())[number % len(TICS)]
        files = sorted((folder / kind).glob("*.wav")) if folder else []
        if files:
            path = files[number // len(TICS) % len(files)]
            yield Sound(f"{name} {path.stem}", _scaled(_sound_of(path)))
        else:
            yield Sound(f"{name} {number}", _scaled(_burst(number, kind)), made=True)


def keyboards(folder: Path | None, count: int) -> Iterator[Sound]:
    """Somebody types for two seconds."""
    files = sorted((folder / "keyboard").glob("*.wav")) if folder else []
    for number in range(count):
        if files:
            path = files[number % len(files)]
            typed, draw = read_sound(str(path)), random.Random(number)
            at = draw.randrange(max(1, len(typed) - 2 * RATE))
            yield Sound(f"keyboard {path.stem}", _scaled(typed[at : at + 2 * RATE]))
        else:
            yield Sound(f"keyboard {number}", _scaled(_strokes(number)), made=True)


def doors(count: int) -> Iterator[Sound]:
    """A door falls shut: a click, the wood, the room. Made."""
    for number in range(count):
        draw = np.random.default_rng(number)
        time = np.arange(int(0.9 * RATE)) / RATE
        wood = sum(
            draw.uniform(0.3, 1.0) * np.sin(2 * np.pi * hertz * time) * np.exp(-time / decay)
            for hertz, decay in zip(
                draw.uniform(55, 420, 9), draw.uniform(0.03, 0.14, 9), strict=True
            )
        )
        click = draw.normal(size=len(time)) * np.exp(-time / draw.uniform(0.004, 0.02))
        room = draw.normal(size=len(time)) * np.exp(-time / draw.uniform(0.08, 0.25)) * 0.08
        latch = np.roll(click, int(draw.uniform(0.03, 0.12) * RATE)) * draw.uniform(0.0, 0.6)
        yield Sound(f"door {number}", _scaled(wood + 2 * click + latch + room), made=True)


def _sound_of(path: Path) -> np.ndarray:
    samples = read_sound(str(path))
    spans = voiced(samples, gap=0.4)
    if not spans:
        return samples[: int(LONGEST * RATE)]
    begin = max(0.0, spans[0][0] - 0.02)
    end = min(spans[-1][1] + 0.05, begin + LONGEST)
    return samples[int(begin * RATE) : int(end * RATE)]


def _burst(number: int, kind: str) -> np.ndarray:
    """Noise through a throat: what a cough is, more or less."""
    draw = np.random.default_rng(number)
    pulses, each = (6, 0.12) if kind == "laughing" else (2, 0.25)
    out = np.zeros(int(pulses * (each + 0.08) * RATE))
    for pulse in range(pulses):
        time = np.arange(int(each * RATE)) / RATE
        breath = draw.normal(size=len(time))
        voice = np.sign(np.sin(2 * np.pi * draw.uniform(120, 260) * time))
        sound = (breath + (voice if kind != "coughing" else 0)) * np.exp(-time / (each / 3))
        at = int(pulse * (each + 0.08) * RATE)
        out[at : at + len(sound)] += sound
    spectrum = np.fft.rfft(out)
    hertz = np.fft.rfftfreq(len(out), 1 / RATE)
    formants = sum(np.exp(-(((hertz - f) / 250) ** 2)) for f in (650, 1400, 2600))
    return np.fft.irfft(spectrum * (0.1 + formants), len(out))


def _strokes(number: int) -> np.ndarray:
    draw = np.random.default_rng(number)
    out = np.zeros(2 * RATE)
    time = np.arange(int(0.04 * RATE)) / RATE
    for at in np.cumsum(draw.uniform(0.08, 0.3, 12)):
        begin = int(at * RATE)
        stroke = draw.normal(size=len(time)) * np.exp(-time / 0.008)
        out[begin : begin + len(time)] += stroke[: max(0, len(out) - begin)]
    return out


def _scaled(samples: np.ndarray) -> np.ndarray:
    return (samples / max(float(np.abs(samples).max()), 1e-6)).astype(np.float32)
