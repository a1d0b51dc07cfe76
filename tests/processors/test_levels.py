"""How loud 20 ms of a line are."""

import numpy as np
import pytest

from conversation.loudness import SILENCE_DB, Level
from processors.levels import Levels

RATE = 16000


def tone(hertz: float, seconds: float = 0.02) -> bytes:
    """At half of full scale, 16-bit."""
    at = np.arange(int(seconds * RATE)) / RATE
    return (np.sin(2 * np.pi * hertz * at) * 0.5 * 32767).astype("<i2").tobytes()


def level_of(pcm: bytes) -> Level:
    (level,) = Levels().of(pcm, RATE)
    return level


def test_a_tone_is_as_loud_as_it_is():
    """A sine at half of full scale has -9 dB, whatever its pitch."""
    assert level_of(tone(300)).whole == pytest.approx(-9.0, abs=0.1)
    assert level_of(tone(3000)).whole == pytest.approx(-9.0, abs=0.1)


def test_high_tones_are_bright():
    """A head and a room let the low ones pass: they tell least about whom a voice is for."""
    assert level_of(tone(3000)).bright - level_of(tone(300)).bright > 15


def test_no_sound_is_silence():
    """And nothing is no piece."""
    assert level_of(bytes(640)) == pytest.approx((SILENCE_DB, SILENCE_DB))
    assert Levels().of(b"", RATE) == []


@pytest.mark.parametrize("bytes_at_once", [2, 320, 640, 1024, 2048])
def test_it_does_not_matter_in_which_pieces_a_line_comes(bytes_at_once: int):
    """10 ms from a browser, 32 ms for the VAD."""
    pcm, levels = tone(300, 0.1) + tone(3000, 0.1) + bytes(3200), Levels()
    pieces = [pcm[i : i + bytes_at_once] for i in range(0, len(pcm), bytes_at_once)]
    found = [level for piece in pieces for level in levels.of(piece, RATE)]
    assert len(found) == 15
    assert np.allclose(found, Levels().of(pcm, RATE))
