"""How loud a piece of audio is."""

import numpy as np

from conversation.loudness import SILENCE_DB


def level_of(pcm: bytes) -> float:
    """dB of full scale of 16-bit samples; SILENCE_DB at least."""
    samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / 32768
    power = float(np.mean(samples**2)) if len(samples) else 0.0
    return max(SILENCE_DB, 10 * np.log10(power)) if power else SILENCE_DB
