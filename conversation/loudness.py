"""How loud the caller speaks to us, so that words for somebody else can be told.

Who turns away, or sits across the room, is quieter than the caller was a moment ago; so is our own
voice when it comes back out of a loudspeaker. They lose high tones first: low ones go round a head,
and round a room. Levels are dB of full scale, each of 20 ms of sound.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

QUIETER_DB = 6.0  # than the caller as usual: not meant for us
SILENCE_DB = -90.0

CHUNK_SECONDS = 0.02
_USUAL = 250  # voiced chunks that are remembered, five seconds
_ENOUGH = 75  # to know how loud the caller is: a "hello" is louder than a question
_BEFORE = 10  # chunks of a sound that are over when it is noticed
_FADED = 5  # chunks at the end of a sound, quieter by
_FADED_DB = 15.0  # than it was
_LOUD = 0.8  # share of a voice's chunks that are quieter than "its" level
_VOICED_DB = 25.0  # below the loudest: what is quieter is a pause in it


class Level(NamedTuple):
    """Of 20 ms of sound; `bright`: with its high tones first."""

    whole: float
    bright: float


@dataclass
class Loudness:
    """began ──► sound, sound … ──► quiet? ──► belongs (it was a turn, this is the caller)"""

    _usual: deque[Level] = field(default_factory=lambda: deque[Level](maxlen=_USUAL))
    _sound: list[Level] = field(default_factory=list[Level])
    _noticed: int = 0  # chunks of it that came before it was noticed
    _before: deque[Level] = field(default_factory=lambda: deque[Level](maxlen=_BEFORE))

    def began(self) -> None:
        """A voice was noticed; what came just before belongs to it."""
        self._sound = list(self._before)
        self._noticed = len(self._sound)

    def heard(self, level: Level, *, voice: bool) -> None:
        """The next 20 ms. voice: whether one is being heard."""
        self._before.append(level)
        if voice:
            self._sound.append(level)

    def belongs(self) -> None:
        """The sound was the caller, who spoke to us."""
        self._usual.extend(self._sound)
        self._sound = []

    @property
    def quiet(self) -> bool:
        """Whether the present sound is too quiet to be for us; never, before we know the caller."""
        if len(self._usual) < _ENOUGH or not self._sound:
            return False
        return _bright(self._sound) < _bright(self._usual) - QUIETER_DB

    @property
    def lasted(self) -> float:
        """Seconds of the present sound since it was noticed, to its last loud chunk.

        Infinite if none is heard: somebody else tells us of voices, then.
        """
        if not self._sound:
            return inf
        levels = [level.whole for level in self._sound]
        least = _loud(levels) - _FADED_DB
        last = max(i for i, level in enumerate(levels) if level >= least)
        return max(0, last + 1 - self._noticed) * CHUNK_SECONDS

    @property
    def fades(self) -> bool:
        """Whether the present sound is over, most likely; the VAD is sure later."""
        levels = [level.whole for level in self._sound]
        last = levels[-_FADED:]
        return len(last) == _FADED and max(last) < _loud(levels) - _FADED_DB


def _bright(levels: Iterable[Level]) -> float:
    return _loud([level.bright for level in levels])


def _loud(levels: list[float]) -> float:
    loudest = max(levels)
    ordered = sorted(level for level in levels if level > loudest - _VOICED_DB)
    return ordered[int(_LOUD * (len(ordered) - 1))]
