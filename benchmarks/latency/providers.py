"""Hosted services at the source design's latencies: emulators that know what is being said."""

import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from benchmarks.latency.clips import Clip
from benchmarks.latency.recording import is_loud
from benchmarks.voices import RATE, as_recording, hibari
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.groq import GroqEmulator

STT_SECONDS, LLM_SECONDS, TTS_SECONDS = 0.05, 0.1, 0.075
TOKENS_A_SECOND = 250
ANSWER = (
    "The application fee for first-year applicants is sixty dollars, and it is due together with "
    "the application itself. If it is more than you can pay, ask your school for a fee waiver, "
    "which the admissions office accepts until the day of the deadline."
)
_WINDOW = 160  # samples, in which there is voice or not


@dataclass
class Saying:
    """The clip that is being said, for the emulated recogniser: it has the words, not the sound."""

    clip: Clip | None = None
    began: float = 0.0

    def begin(self, clip: Clip) -> None:
        """It is said from now on."""
        self.clip, self.began = clip, time.monotonic()

    def heard(self, seconds: float) -> str:
        """The words in the last `seconds` up to now, each taken to be as long as the others."""
        if self.clip is None:
            return ""
        voiced = np.cumsum(_voiced(self.clip.samples))
        words, ends = self.clip.text.split(), time.monotonic() - self.began
        first, last = (
            voiced[int(np.clip(at * RATE / _WINDOW, 0, len(voiced) - 1))] / voiced[-1]
            for at in (ends - seconds, ends)
        )
        middles = [(i + 0.5) / len(words) for i in range(len(words))]
        return " ".join(words[bisect_left(middles, first) : bisect_left(middles, last)])


def _voiced(samples: np.ndarray) -> np.ndarray:
    whole = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
    return is_loud(whole).any(axis=1)


@dataclass(frozen=True)
class Providers:
    """environment: of a server that is to use them."""

    environment: dict[str, str]
    saying: Saying


@contextmanager
def providers() -> Iterator[Providers]:
    """Until the end, on loopback."""
    saying, voice = Saying(), Voice(ANSWER)
    with GroqEmulator() as hears, GroqEmulator() as thinks, ElevenLabsEmulator() as speaks:
        hears.pace.first_byte = STT_SECONDS
        thinks.pace.first_byte, thinks.pace.between = LLM_SECONDS, 1 / TOKENS_A_SECOND
        speaks.pace.first_byte, speaks.pace.between = TTS_SECONDS, 0.01
        hears.transcript = lambda wav: saying.heard((len(wav) - 44) / 2 / RATE)
        thinks.reply = lambda _: ANSWER
        speaks.speech = voice.says
        yield Providers(
            {
                "TURNWISE_ANSWER_AHEAD": "always",
                "TURNWISE_STT": "groq",
                "GROQ_BASE_URL": hears.url,
                "GROQ_API_KEY": hears.key,
                "TURNWISE_LLM": "openai",
                "TURNWISE_LLM_URL": thinks.openai_url,
                "TURNWISE_LLM_KEY": thinks.key,
                "TURNWISE_LLM_MODEL": thinks.models[0],
                "TURNWISE_TTS": "elevenlabs",
                "ELEVENLABS_BASE_URL": speaks.url,
                "ELEVENLABS_API_KEY": speaks.key,
            },
            saying,
        )


class Voice:
    """Cuts what is to be said out of one recording of the whole answer: nothing is computed."""

    def __init__(self, answer: str) -> None:
        self._answer, self._audio = answer, as_recording(hibari(answer))

    def says(self, text: str, rate: int) -> bytes:
        """16-bit mono at `rate`, from the first sound on."""
        at = max(0, self._answer.find(text.strip()))
        share = [at / len(self._answer), min(1.0, (at + len(text)) / len(self._answer))]
        first, last = (round(s * len(self._audio)) for s in share)
        part = self._audio[first:last]
        loud = np.flatnonzero(is_loud(part))
        part = part[loud[0] :] if len(loud) else part
        resampled: Any = soxr.resample(part.astype(np.float32), RATE, rate)
        return resampled.round().astype("<i2").tobytes()
