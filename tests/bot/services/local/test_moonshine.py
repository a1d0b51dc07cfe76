"""The recogniser on this machine, with its real model."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile

from bot.services.local.moonshine import RATE, Recognizer

pytestmark = pytest.mark.slow

JFK = Path(__file__).parents[4].parent / "shared" / "audio" / "jfk.wav"


def test_two_threads_hear_what_one_does():
    """The model's words are read before the next call overwrites them, whoever calls."""
    samples, rate = soundfile.read(JFK, dtype="int16")
    assert rate == RATE
    recognizer = Recognizer()
    parts = [samples[: 4 * RATE].tobytes(), samples[4 * RATE : 7 * RATE].tobytes()] * 6
    alone = [recognizer.words(part) for part in parts[:2]] * 6
    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(recognizer.words, parts)) == alone
    assert "country" in alone[0] + alone[1]
