"""A voice for tests: as long as speech would be, and never silent."""

import numpy as np

SECONDS_A_CHARACTER = 0.055
_HERTZ = 220


def tone(text: str, rate: int) -> bytes:
    """16-bit mono at `rate`, 55 ms for each character of `text`."""
    at = np.arange(int(len(text) * SECONDS_A_CHARACTER * rate))
    return (8000 * np.sin(2 * np.pi * _HERTZ * at / rate)).astype("<i2").tobytes()


def pieces(pcm: bytes, rate: int, seconds: float = 0.1) -> list[bytes]:
    """`pcm` cut into pieces of that length; the last may be shorter."""
    step = int(rate * seconds) * 2
    return [pcm[i : i + step] for i in range(0, len(pcm), step)]
