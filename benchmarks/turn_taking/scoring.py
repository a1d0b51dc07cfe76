"""What a call showed: whether a turn was ended too early, and whether the bot kept the floor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.turn_taking.loudness import levels
from benchmarks.turn_taking.one_call import BOT_RATE, Told

YIELDS_WITHIN = 0.5  # seconds after the caller's first sound
GOES_ON_WITHIN = 0.6  # seconds of silence at most
WATCHED = 2.5  # seconds after a sound
_ONSET_DB = 20.0  # below the loudest: the first sound
_EARLY = 0.05  # seconds before its last sample, a turn is over all the same


@dataclass(frozen=True)
class TurnResult:
    """early: how often it was ended before its end; wait: seconds after it, None if never."""

    name: str
    kind: str
    early: int
    wait: float | None
    words: str


@dataclass(frozen=True)
class OverlapResult:
    """kept: the bot kept the floor. seconds: until its last sound, or of its longest silence."""

    name: str
    kind: str
    kept: bool
    seconds: float
    right: bool
    words: str
    made: bool


def turn_result(name: str, kind: str, told: Told, over: float) -> TurnResult:
    """over: when the caller's last word was over, on the call's clock."""
    early = [at for at, _ in told.turns if at < over - _EARLY]
    later = [at for at, _ in told.turns if at >= over - _EARLY]
    wait = later[0] - over if later else None
    return TurnResult(name, kind, len(early), wait, " / ".join(text for _, text in told.turns))


def onset(sound: np.ndarray) -> float:
    """Seconds until the first sound in it."""
    if not len(sound):
        return 0.0
    level = levels(sound.astype(np.float32) / 32768)
    return float(np.argmax(level > np.percentile(level, 98) - _ONSET_DB)) / 100


def overlap_result(
    name: str, kind: str, told: Told, begins: float, seconds: float, *, made: bool
) -> OverlapResult:
    """begins: of the sound, on the call's clock; seconds: its length."""
    until = begins + seconds + WATCHED
    asked = [(at, text) for at, text in told.turns if at > begins]
    spans = _spans(told, begins, min([until, *(at for at, _ in asked)]))
    silence = max(b - a for a, b in _gaps(spans, begins, until))
    kept = not asked and silence <= GOES_ON_WITHIN
    last = max((end for _, end in spans), default=begins) - begins
    cut = any(begins < at < until for at in told.cuts)
    words = " / ".join(text for _, text in asked)
    if kind == "barge-in":
        return OverlapResult(name, kind, not cut, last, cut and last <= YIELDS_WITHIN, words, made)
    return OverlapResult(name, kind, kept, silence, kept, words, made)


def _spans(told: Told, begins: float, until: float) -> list[tuple[float, float]]:
    """When the bot was heard between `begins` and `until`."""
    heard = [(at, at + len(pcm) / BOT_RATE) for at, pcm in told.heard]
    return [(max(a, begins), min(b, until)) for a, b in heard if b > begins and a < until]


def _gaps(
    spans: Sequence[tuple[float, float]], begins: float, until: float
) -> list[tuple[float, float]]:
    edges = [begins, *(edge for span in spans for edge in span), until]
    return list(zip(edges[::2], edges[1::2], strict=True))
