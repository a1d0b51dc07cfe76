"""What comes in while the bot speaks: people who interrupt, and all that is no interruption."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import soxr
import yaml

from benchmarks.turn_taking.callers import SPEAKERS, over_the_line, turned_away
from benchmarks.turn_taking.one_call import BOT_RATE, Sentence
from benchmarks.turn_taking.sounds import doors, keyboards, tics
from benchmarks.voices import RATE, hibari, read_sound

OVERLAPS = Path(__file__).parent / "overlaps.yaml"
OPENING = "I have a question about my application to the college."
EACH = 40
ECHO_DB = -20.0


@dataclass(frozen=True)
class Overlap:
    """kind: group of the table. make: the sound. echo: of the bot, as a factor."""

    name: str
    kind: str
    voice: str
    quality: str
    make: Callable[[], np.ndarray]
    made: bool = False
    echo: float = 0.0

    @property
    def opening(self) -> np.ndarray:
        """The caller's question before it: int16 at RATE."""
        return _opening(self.voice, self.quality)


@cache
def _told() -> dict[str, list[str]]:
    told: dict[str, Any] = yaml.safe_load(OVERLAPS.read_text())
    return told


@cache
def answer() -> tuple[Sentence, ...]:
    """The bot's long answer."""
    return tuple((text, _bot_audio(text)) for text in _told()["said_by_the_bot"])


@cache
def _bot_audio(text: str) -> np.ndarray:
    return (soxr.resample(hibari(text), RATE, BOT_RATE) * 32767).astype(np.int16)


@cache
def _opening(voice: str, quality: str) -> np.ndarray:
    return over_the_line(SPEAKERS[voice](OPENING), quality)


def _who(number: int) -> tuple[str, str]:
    return list(SPEAKERS)[number % len(SPEAKERS)], ("clean", "telephone", "noise")[number % 3]


def barge_ins(folder: Path | None) -> Iterator[Overlap]:
    """Callers who interrupt, as loud as before, or a little louder or quieter."""
    for number, text in enumerate(_told()["barge_ins"]):
        voice, quality = _who(number)
        db = random.Random(number).uniform(-3.0, 3.0)
        make = partial(_said, voice, text, quality, db)
        yield Overlap(f"{voice}, {quality}: {text}", "barge-in", voice, quality, make)
    for number, path in enumerate(sorted((folder / "commands").glob("*.wav")) if folder else []):
        voice, quality = _who(number)
        make = partial(_recorded, path, quality)
        yield Overlap(f"recorded: {path.stem}", "barge-in", voice, quality, make)


def _said(voice: str, text: str, quality: str, db: float) -> np.ndarray:
    return over_the_line(SPEAKERS[voice](text), quality, db)


def _recorded(path: Path, quality: str) -> np.ndarray:
    return over_the_line(read_sound(str(path)), quality)


def backchannels() -> Iterator[Overlap]:
    """ "Mm-hm": mostly a little quieter than one speaks."""
    texts = _told()["backchannels"]
    for number in range(EACH):
        voice, quality = _who(number + number // len(texts))
        db, text = random.Random(number).uniform(-6.0, 0.0), texts[number % len(texts)]
        make = partial(_said, voice, text, quality, db)
        yield Overlap(f"{voice}: {text}", "backchannel", voice, quality, make, made=True)


def to_others() -> Iterator[Overlap]:
    """Words for somebody else: the caller's, turned away, and every third time another's."""
    texts = _told()["to_others"]
    for number in range(EACH):
        voice, quality = _who(number + number // len(texts))
        other = list(SPEAKERS)[(number + 2) % len(SPEAKERS)] if number % 3 == 2 else voice
        draw, text = random.Random(number), texts[number % len(texts)]
        db = draw.uniform(-22.0, -12.0) if other != voice else draw.uniform(-16.0, -8.0)
        make = partial(_away, other, text, quality, db, number)
        name = f"{other} at {db:.0f} dB: {text}"
        yield Overlap(name, "to others", voice, quality, make, made=True)


def _away(voice: str, text: str, quality: str, db: float, seed: int) -> np.ndarray:
    near = SPEAKERS[voice](text)
    away = turned_away(near, db, seed)
    quieter = 20 * np.log10(float(np.abs(away).max()) / float(np.abs(near).max()))
    return over_the_line(away, quality, quieter)


def sounds(folder: Path | None) -> Iterator[Overlap]:
    """Tics, doors and keyboards, as loud as a voice, or up to 6 dB less."""
    found = {
        "tic": tics(folder, EACH),
        "door": doors(EACH),
        "keyboard": keyboards(folder, EACH),
    }
    for kind, each in found.items():
        for number, sound in enumerate(each):
            voice, quality = _who(number)
            db = random.Random(number).uniform(-6.0, 0.0)
            make = partial(over_the_line, sound.samples, quality, db)
            yield Overlap(sound.name, kind, voice, quality, make, sound.made)


def echoes() -> Iterator[Overlap]:
    """The bot hears itself all the time, at -20 dB."""
    factor = 10 ** (ECHO_DB / 20)
    for number in range(EACH):
        voice, quality = _who(number)
        make = partial(np.zeros, 3 * RATE, np.int16)
        yield Overlap(f"echo {number}", "echo", voice, quality, make, True, factor)


def overlaps(folder: Path | None) -> Iterator[Overlap]:
    """All of them."""
    yield from barge_ins(folder)
    yield from backchannels()
    yield from to_others()
    yield from sounds(folder)
    yield from echoes()
