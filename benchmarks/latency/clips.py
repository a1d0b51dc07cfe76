"""What the caller says: the spoken questions, in several voices, kept once they were made."""

import hashlib
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from benchmarks.judging import read_questions
from benchmarks.latency.recording import is_loud
from benchmarks.spoken_questions import QUESTIONS
from benchmarks.voices import VOICES, as_recording

USED = ("hibari", "piper", "hibari, hesitant", "piper, hesitant")


@dataclass(frozen=True)
class Clip:
    """samples: int16 at 16 kHz, sound from the first to the last."""

    voice: str
    text: str
    samples: np.ndarray


def clips(kept: Path, voices: tuple[str, ...], many: int) -> list[Clip]:
    """The first `many` of all questions in all voices, each voice in turn."""
    texts = [q.text for q in read_questions(QUESTIONS) if q.facts]
    return [
        Clip(voice, text, _spoken(kept, voice, text))
        for text, voice in islice(zip(cycle(texts), cycle(voices), strict=False), many)
    ]


def _spoken(kept: Path, voice: str, text: str) -> np.ndarray:
    name = hashlib.sha256(f"{voice}\n{text}".encode()).hexdigest()[:16]
    path = kept / f"{name}.npy"
    if not path.exists():
        kept.mkdir(parents=True, exist_ok=True)
        np.save(path, as_recording(VOICES[voice](text)))
    samples = np.load(path)
    loud = np.flatnonzero(is_loud(samples))
    return samples[loud[0] : loud[-1] + 1]
