"""The door of Pipecat's client SDKs, as a caller of the load test uses it: protobuf and RTVI."""

import json
from typing import Any, cast

import numpy as np
import pipecat.frames.protobufs.frames_pb2 as protobuf

from benchmarks.capacity.caller import Does
from benchmarks.capacity.doors import GREETING_SECONDS, Line
from benchmarks.capacity.script import BINARY_FRAME, RATE, Said, framed, masked
from benchmarks.capacity.wire import BINARY

_Frame = cast(Any, protobuf).Frame
_STOPS = ("bot-stopped-speaking", "user-started-speaking")


def _audio(samples: np.ndarray) -> bytes:
    frame = _Frame()
    frame.audio.audio, frame.audio.sample_rate = samples.tobytes(), RATE
    frame.audio.num_channels = 1
    return masked(frame.SerializeToString(), BINARY_FRAME)


def _said(samples: np.ndarray) -> Said:
    return framed(samples, RATE, _audio)


class Client(Line):
    """A client that speaks RTVI; it is greeted."""

    path = "/ws"
    checks_words = False
    greeted = GREETING_SECONDS
    said = staticmethod(_said)

    def opened(self, now: float) -> None:
        self.started(now)

    def came(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode != BINARY:
            super().came(opcode, payload, now)
            return
        frame = _Frame.FromString(payload)
        if frame.WhichOneof("frame") == "audio":
            sound = frame.audio
            seconds = len(sound.audio) / (2 * sound.sample_rate)
            self.caller.sound(seconds, now=now, silent=not any(sound.audio))
        elif self.caller.does is Does.TALK and _says_it_stops(frame):
            self.caller.cut(now=now)


def _says_it_stops(frame: Any) -> bool:
    if frame.WhichOneof("frame") != "message":
        return False
    return json.loads(frame.message.data).get("type") in _STOPS
