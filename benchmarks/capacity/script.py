"""What is said in a call of the load test: a question, an answer, pauses.

caller 4 s ─ end of turn ─ bot 4 s ─ pause ─ caller …     40 % caller, 40 % bot, 20 % neither
"""

import base64
import json
import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from benchmarks.voices import RATE, as_recording, hibari

QUESTION = "I would like to know how much the application fee is for first year applicants."
REPLY = "The application fee for first-year applicants is sixty dollars. Anything else?"
PAUSES = (0.6, 1.6)  # seconds between an answer and the next question
BARGES = 0.1  # of the turns, while the answer is heard
BARGE_AFTER = 1.5  # seconds of it
FRAME_SECONDS = 0.02
BINARY_FRAME, TEXT_FRAME = 0x82, 0x81
_HISS = 3  # of 32767: no real line is digitally silent


def recording(folder: Path) -> np.ndarray:
    """The question, aloud: int16 at RATE. Kept in `folder`: a voice takes a second to load."""
    kept = folder / "question.npy"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.save(kept, as_recording(hibari(QUESTION)))
    return np.load(kept)


def masked(payload: bytes, opcode: int = TEXT_FRAME) -> bytes:
    """A WebSocket frame as clients send it; masked with zeros, which costs nothing."""
    size = len(payload)
    head = bytes([opcode, 0x80 | size]) if size < 126 else struct.pack("!BBH", opcode, 0xFE, size)
    return head + bytes(4) + payload


@dataclass(frozen=True)
class Said:
    """The WebSocket frames of one door, made once: each holds FRAME_SECONDS of audio."""

    question: tuple[bytes, ...]
    silence: tuple[bytes, ...]
    """A second of a quiet line."""

    @property
    def seconds(self) -> float:
        return len(self.question) * FRAME_SECONDS


def raw(samples: np.ndarray) -> Said:
    """For /orchestrate: PCM16 at RATE."""
    return framed(samples, RATE, lambda frame: masked(frame.tobytes(), BINARY_FRAME))


def twilio(samples: np.ndarray, stream: str) -> Said:
    """For media streams: mu-law at 8 kHz, in JSON."""
    from streamdouble import g711

    def media(frame: np.ndarray) -> bytes:
        payload = base64.b64encode(g711.encode(frame)).decode()
        message = {"event": "media", "streamSid": stream, "media": {"payload": payload}}
        return masked(json.dumps(message).encode())

    narrow = soxr.resample(samples.astype(np.float32), RATE, 8000)
    return framed(np.clip(narrow, -32768, 32767).astype(np.int16), 8000, media)


def turns(seed: int, pauses: tuple[float, float] = PAUSES) -> Iterator[tuple[float, bool]]:
    """For each turn the pause before it, and whether its answer is broken into."""
    chance = random.Random(seed)
    while True:
        yield chance.uniform(*pauses), chance.random() < BARGES


def framed(samples: np.ndarray, rate: int, wrap: Callable[[np.ndarray], bytes]) -> Said:
    """wrap: 20 ms of int16 at `rate` into a WebSocket frame."""
    size = round(rate * FRAME_SECONDS)
    hiss = np.random.default_rng(0).integers(-_HISS, _HISS + 1, rate, dtype=np.int16)
    padded = np.concatenate([samples, np.zeros(-len(samples) % size, dtype=np.int16)])
    cut = (padded.reshape(-1, size), hiss[: rate // size * size].reshape(-1, size))
    question, silence = (tuple(wrap(frame) for frame in frames) for frames in cut)
    return Said(question, silence)
