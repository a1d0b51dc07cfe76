"""Where in a clean recording somebody speaks."""

import numpy as np

from benchmarks.voices import RATE

FRAME = RATE // 100  # 10 ms
BELOW_LOUDEST_DB = 35.0
ABOVE_QUIET_DB = 12.0


def levels(samples: np.ndarray) -> np.ndarray:
    """dB of each 10 ms, of samples between -1 and 1."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return 10 * np.log10(np.mean(frames**2, axis=1) + 1e-12)


def voiced(samples: np.ndarray, *, gap: float) -> list[tuple[float, float]]:
    """(begin, end) in seconds of each stretch of sound, parted by silences longer than `gap`."""
    level = levels(samples)
    quietest, loudest = np.percentile(level, [5, 98])
    threshold = max(loudest - BELOW_LOUDEST_DB, min(quietest + ABOVE_QUIET_DB, loudest - 15))
    loud = np.flatnonzero(level > threshold)
    spans: list[tuple[float, float]] = []
    for frame in loud.tolist():
        begin, end = frame / 100, (frame + 1) / 100
        if spans and begin - spans[-1][1] <= gap:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return [span for span in spans if span[1] - span[0] > 0.06]
