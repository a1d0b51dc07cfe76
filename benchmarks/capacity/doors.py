"""The doors as a caller of the load test uses them: what comes is translated, and what is said.

No sockets and no event loop: asyncio (`load`) and gevent (`locust`) each bring their own. Times are
seconds on one monotonic clock.
"""

import base64
import json
from collections.abc import Callable
from typing import Any, ClassVar
from xml.etree import ElementTree

import numpy as np

from benchmarks.capacity.caller import Caller, Does, Heard
from benchmarks.capacity.script import PAUSES, QUESTION, REPLY, Said, masked, raw, twilio
from benchmarks.capacity.wire import BINARY, CLOSED, Refused
from tests.emulators.tone import SECONDS_A_CHARACTER

GREETING_SECONDS = 8.0  # where calls are greeted: not measured
_STREAM = "MZ1"
_FRAGMENT_SECONDS = 0.5  # between the partial transcripts of a caller who hears for themselves


class Line:
    """A caller at /orchestrate, whose audio Turnwise hears.

    send: takes frames as `masked` makes them. `ready`: the session is there.
    """

    path: ClassVar[str] = "/orchestrate"
    transcription: ClassVar[str] = "server"
    checks_words: ClassVar[bool] = True
    greeted: ClassVar[float] = 0.0
    """Seconds before the caller may speak."""
    pauses: ClassVar[tuple[float, float]] = PAUSES
    said: ClassVar[Callable[[np.ndarray], Said]] = staticmethod(raw)

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.send: Callable[[bytes], None] = lambda _: None
        self.ready = False
        self.session_id = ""

    def opened(self, now: float) -> None:
        """The line is there."""
        self.tell("session_start", greeting=False, transcription=self.transcription)

    def started(self, now: float) -> None:
        """So is the session."""
        self.ready = True
        self.caller.starts(now=now + self.greeted)

    def tell(self, kind: str, **fields: Any) -> None:
        """A message of the protocol."""
        named = {"session_id": self.session_id} if self.session_id else {}
        self.write({"type": kind, **named, **fields})

    def write(self, message: dict[str, Any]) -> None:
        """A text frame."""
        self.send(masked(json.dumps(message).encode()))

    def tick(self, now: float) -> None:
        """Every 20 ms."""
        if self.ready:
            self.caller.tick(now=now)
            self.send(self.caller.next_frame(now=now))

    def came(self, opcode: int, payload: bytes, now: float) -> None:
        """A frame; or the line is gone, and we did not hang up."""
        if opcode == BINARY:
            self.caller.sound(len(payload) / 32000, now=now, silent=not any(payload))
        elif opcode == CLOSED:
            self.ready = False
            self.caller.lost(now=now)
        else:
            self.told(json.loads(payload), now)

    def told(self, message: dict[str, Any], now: float) -> None:
        """A message of the protocol."""
        match message["type"]:
            case "session_started":
                self.session_id = message["session_id"]
                self.started(now)
            case "response_ready":
                self.caller.words(message["text"])
            case "clear":
                self.caller.cut(now=now)
            case "error":
                self.caller.heard.wrong(f"error_{message['code']}", now=now)
            case _:
                pass


class Stock(Line):
    """The stock Pipecat pipeline, which takes and sends audio and nothing else."""

    path = "/ws"
    checks_words = False

    def opened(self, now: float) -> None:
        self.started(now)

    def came(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == BINARY and self.caller.does is Does.TALK:
            self.caller.cut(now=now)  # it says nothing of what it drops
        super().came(opcode, payload, now)


class Writing(Line):
    """A client that transcribes for itself; who writes to a help desk also reads."""

    transcription = "client"
    pauses = (20.0, 40.0)

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self._words = QUESTION.split()
        self._said = 0
        self._next = 0.0

    def tick(self, now: float) -> None:
        if not self.ready:
            return
        if self.caller.tick(now=now):
            self._said, self._next = 0, now
            self.tell("user_speaking", timestamp=now)
        if self.caller.does is Does.TALK and now >= self._next:
            self._speak(now)

    def _speak(self, now: float) -> None:
        self._said, self._next = self._said + 2, now + _FRAGMENT_SECONDS
        over = self._said >= len(self._words)
        text = " ".join(self._words[: self._said])
        self.tell("stt_fragment", text=text, is_final=over, timestamp=now)
        if over:
            self.tell("vad_end", confidence=0.9)
            self.caller.talked(now=now)


class Phone(Line):
    """Twilio's stream of a telephone call; marks come back when they are heard."""

    path = "/twilio/media"
    checks_words = False
    greeted = GREETING_SECONDS
    said = staticmethod(lambda samples: twilio(samples, _STREAM))

    def __init__(self, caller: Caller) -> None:
        super().__init__(caller)
        self.call, self.parameters = f"CA{id(self)}", dict[str, str]()
        self._marks: list[tuple[float, bytes]] = []

    @property
    def rings(self) -> dict[str, str]:
        """The webhook's form."""
        return {"CallSid": self.call, "From": "+15551230199", "To": "+15550100"}

    def answered(self, twiml: bytes) -> None:
        """By the webhook. Raises Refused: all lines are busy, aloud."""
        found = ElementTree.fromstring(twiml).iterfind("Connect/Stream/Parameter")
        self.parameters = {p.get("name", ""): p.get("value", "") for p in found}
        if "token" not in self.parameters:
            raise Refused(503)

    def opened(self, now: float) -> None:
        format_ = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {"streamSid": _STREAM, "callSid": self.call, "mediaFormat": format_,
                 "customParameters": self.parameters}  # fmt: skip
        self.write({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        self.write({"event": "start", "streamSid": _STREAM, "start": start})
        self.started(now)

    def tick(self, now: float) -> None:
        while self._marks and self._marks[0][0] <= now:
            self.send(masked(self._marks.pop(0)[1]))
        super().tick(now)

    def came(self, opcode: int, payload: bytes, now: float) -> None:
        if opcode == CLOSED:
            super().came(opcode, payload, now)
            return
        message = json.loads(payload)
        match message["event"]:
            case "media":
                audio = base64.b64decode(message["media"]["payload"])
                silent = not audio.strip(b"\xff\x7f")
                self.caller.sound(len(audio) / 8000, now=now, silent=silent)
            case "mark":
                self._marks.append((self.caller.until, payload))
            case "clear":
                self.caller.cut(now=now)
                self._marks = [(now, mark) for _, mark in self._marks]
            case _:
                pass


def on_line(kind: type[Line], said: Said, heard: Heard, seed: int) -> Line:
    """A caller at a door. seed: of chance. said: as the door takes it."""
    seconds = len(REPLY) * SECONDS_A_CHARACTER
    caller = Caller(said, heard, seed, seconds, kind.checks_words, kind.pauses)
    return kind(caller)


DOORS: dict[str, type[Line]] = {
    "orchestrate": Line,
    "twilio": Phone,
    "text": Writing,
    "stock": Stock,
}
