"""A call on two channels: what the caller said, as it was sent; what they heard, as it was heard.

All times are seconds on one monotonic clock. Audio is int16 mono.
"""

from dataclasses import dataclass, field

import numpy as np

SOUND = 164  # of 32768, -46 dB of full scale: what is quieter is silence
_MERGED = 0.3  # seconds; sounds nearer to each other are one


@dataclass
class Channel:
    """Pieces of audio, each with the time of its first sample; what lies between is silence."""

    rate: int
    pieces: list[tuple[float, np.ndarray]] = field(default_factory=list[tuple[float, np.ndarray]])

    @property
    def ends(self) -> float:
        """The time after the last sample."""
        if not self.pieces:
            return 0.0
        at, samples = self.pieces[-1]
        return at + len(samples) / self.rate

    def place(self, samples: np.ndarray, at: float) -> None:
        """Audio from the time `at` on, or from the end of the audio before it, if that is later."""
        self.pieces.append((max(at, self.ends), samples))

    def cut(self, now: float) -> None:
        """What would come later than now is never heard."""
        while self.pieces and self.ends > now:
            at, samples = self.pieces.pop()
            if kept := max(0, round((now - at) * self.rate)):
                self.pieces.append((at, samples[:kept]))
                break

    def between(self, begins: float, ends: float) -> np.ndarray:
        """The audio of that time."""
        whole = np.zeros(max(0, round((ends - begins) * self.rate)), dtype=np.int16)
        for at, samples in self.pieces:
            first = round((at - begins) * self.rate)
            last = first + len(samples)
            if last > 0 and first < len(whole):
                part = samples[max(0, -first) : len(whole) - first]
                whole[max(0, first) : max(0, first) + len(part)] = part
        return whole

    def sounds(self, begins: float, ends: float) -> list[tuple[float, float]]:
        """When there was sound in that time: (first sample, end of the last one) of each."""
        loud = np.flatnonzero(is_loud(self.between(begins, ends)))
        if not len(loud):
            return []
        breaks = np.flatnonzero(np.diff(loud) > _MERGED * self.rate)
        firsts, lasts = loud[[0, *(breaks + 1)]], loud[[*breaks, len(loud) - 1]]
        return [
            (begins + float(a) / self.rate, begins + float(b + 1) / self.rate)
            for a, b in zip(firsts, lasts, strict=True)
        ]


def is_loud(samples: np.ndarray) -> np.ndarray:
    """Which samples are sound."""
    return np.abs(samples.astype(np.int32)) >= SOUND


@dataclass
class Ear:
    """Plays what arrives as soon as it can: on arrival, or after what is being played.

    holds: seconds for which whoever hands us the audio had it already. streams: silence arrives
    as well, all the time; it is not waited for if something is still being played.
    """

    rate: int
    holds: float = 0.0
    streams: bool = False
    last_sound: float = 0.0
    """When the last sound so far ends."""
    channel: Channel = field(init=False)

    def __post_init__(self) -> None:
        self.channel = Channel(self.rate)

    def hears(self, samples: np.ndarray, now: float) -> None:
        """Audio has come."""
        at, loud = now - self.holds, np.flatnonzero(is_loud(samples))
        if self.streams and at < self.channel.ends and not len(loud):
            return
        self.channel.place(samples, at)
        if len(loud):
            begins = self.channel.ends - len(samples) / self.rate
            self.last_sound = begins + float(loud[-1] + 1) / self.rate

    def clear(self, now: float) -> None:
        """The rest is not to be played."""
        self.channel.cut(now)
        self.last_sound = min(self.last_sound, now)
