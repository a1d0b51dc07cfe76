"""Scripted turns with pauses inside, each as audio of which it is known when it is really over."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import yaml

from benchmarks.turn_taking.callers import SPEAKERS, faded, over_the_line
from benchmarks.turn_taking.loudness import voiced
from benchmarks.voices import RATE, read_sound

TURNS = Path(__file__).parent / "turns.yaml"
PAUSES = (0.35, 0.5, 0.65, 0.8, 1.0, 1.3)
"""Seconds; pauses for thought inside a sentence are mostly of half a second to one second."""
LONGEST, SHORTEST = 14.0, 2.0  # seconds of a turn cut out of a recording
GAP = 0.25  # of silence, which parts two phrases


@dataclass(frozen=True)
class Turn:
    """int16 samples at RATE; `spans`: (begin, end) of each stretch of speech, in seconds."""

    name: str
    kind: str
    samples: np.ndarray
    spans: Sequence[tuple[float, float]]
    quality: str

    @property
    def over(self) -> float:
        """When the last word is over."""
        return self.spans[-1][1]

    @property
    def pauses(self) -> list[float]:
        """Seconds of each pause."""
        return [b - a for (_, a), (b, _) in zip(self.spans, self.spans[1:], strict=False)]


Case = tuple[str, Callable[[], Turn]]
"""Kind, and how the turn is made."""


def scripted() -> Iterator[Case]:
    """The sentences of `turns.yaml`, those with pauses in two voices."""
    told = yaml.safe_load(TURNS.read_text())
    names = list(SPEAKERS)
    for kind in ("paused", "plain"):
        for number, text in enumerate(told[kind]):
            for again in range(2 if kind == "paused" else 1):
                voice = names[(number + again * 3) % len(names)]
                quality = ("clean", "telephone", "noise")[(number + again) % 3]
                seed = number * 7 + again
                yield kind, partial(_spoken, text, voice, quality, kind, seed)


def _spoken(text: str, voice: str, quality: str, kind: str, seed: int) -> Turn:
    """Each piece by itself; in every second case the voice hears a comma, and goes on."""
    draw, speak = random.Random(seed), SPEAKERS[voice]
    pieces = [piece.strip(" ,") for piece in text.split("…")]
    goes_on = "," if seed % 2 else ""
    paused: list[np.ndarray] = []
    for number, piece in enumerate(pieces, 1):
        spoken = speak(piece + goes_on if number < len(pieces) else piece)
        if paused:
            paused.append(np.zeros(int(draw.choice(PAUSES) * RATE), dtype=np.float32))
        paused.append(faded(_trimmed(spoken)) if number < len(pieces) else spoken)
    return _turn(f"{voice}, {quality}: {text}", kind, np.concatenate(paused), quality)


def _trimmed(samples: np.ndarray) -> np.ndarray:
    """Without the silence that a voice leaves at both ends."""
    spans = voiced(samples, gap=GAP) or [(0.0, len(samples) / RATE)]
    return samples[int(spans[0][0] * RATE) : int((spans[-1][1] + 0.02) * RATE)]


def _turn(name: str, kind: str, clean: np.ndarray, quality: str) -> Turn:
    spans = voiced(clean, gap=GAP)
    return Turn(name, kind, over_the_line(clean, quality), spans, quality)


def recorded(folder: Path | None) -> Iterator[Case]:
    """Turns cut out of recordings of people who read or play: pauses are where they made them."""
    for path in [*packaged(), *(sorted((folder / "speech").glob("*.*")) if folder else ())]:
        clean = read_sound(str(path))
        for number, (begin, end) in enumerate(_cuts(voiced(clean, gap=GAP))):
            piece = clean[int(max(0, begin - 0.05) * RATE) : int((end + 0.05) * RATE)]
            quality = ("clean", "telephone", "noise")[number % 3]
            name = f"{path.stem}, {quality}: {begin:.1f} s"
            yield "recorded", partial(_turn, name, "recorded", piece, quality)


def _cuts(spans: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Phrases joined until a long pause, which most likely ends a sentence."""
    begin, last = None, 0.0
    for number, (start, end) in enumerate(spans):
        begin = start if begin is None else begin
        after = spans[number + 1][0] - end if number + 1 < len(spans) else 9.0
        last = end
        if last - begin >= SHORTEST and (after >= 0.55 or last - begin > LONGEST):
            yield begin, last
            begin = None


@cache
def packaged() -> tuple[Path, ...]:
    """Recordings that come with Moonshine's package: people who read and act."""
    spec = find_spec("moonshine_voice")
    if spec is None or not spec.submodule_search_locations:
        return ()
    folder = Path(next(iter(spec.submodule_search_locations))) / "assets"
    names = ("beckett.wav", "endgame_nagg_nell.wav", "two_cities.wav", "clone-test.wav")
    return tuple(path for name in names if (path := folder / name).exists())
