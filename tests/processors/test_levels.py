"""How loud 20 ms of a line are."""

import numpy as np
import pytest

from conversation.loudness import SILENCE_DB
from processors.levels import level_of

RATE = 16000


def tone(hertz: float, peak: float = 0.5) -> bytes:
    """20 ms of it, 16-bit."""
    return (
        (np.sin(2 * np.pi * hertz * np.arange(RATE // 50) / RATE) * peak * 32767)
        .astype("<i2")
        .tobytes()
    )


def test_a_tone_is_as_loud_as_it_is():
    """A sine at half of full scale has -9 dB, whatever its pitch."""
    assert level_of(tone(300)).whole == pytest.approx(-9.0, abs=0.1)
    assert level_of(tone(3000)).whole == pytest.approx(-9.0, abs=0.1)


def test_high_tones_are_bright():
    """A head and a room let the low ones pass: they tell least about whom a voice is for."""
    assert level_of(tone(3000)).bright - level_of(tone(300)).bright > 15


@pytest.mark.parametrize("pcm", [b"", b"\0\0", bytes(640)])
def test_nothing_is_silence(pcm: bytes):
    """However little of it."""
    assert level_of(pcm) == (SILENCE_DB, SILENCE_DB)
