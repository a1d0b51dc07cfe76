"""An ear that notes when it had to wait."""

import time
from dataclasses import dataclass, field

from transports.wav import OUT_RATE


@dataclass
class TimedEar:
    """audio: what was heard, 16-bit mono at OUT_RATE, without the silences."""

    audio: bytearray = field(default_factory=bytearray)
    longest_gap: float = 0.0
    """Seconds between the end of what was heard and the next sound."""
    _ends: float | None = None

    def hears(self, pcm: bytes) -> None:
        """The next sound comes now."""
        now = time.monotonic()
        if self._ends is not None:
            self.longest_gap = max(self.longest_gap, now - self._ends)
        self._ends = max(now, self._ends or 0.0) + len(pcm) / 2 / OUT_RATE
        self.audio += pcm
