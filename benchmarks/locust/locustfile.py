"""Locust users for the three socket doors: they play real audio, and check what they hear.

    .venv/bin/locust -f benchmarks/locust/locustfile.py --host http://127.0.0.1:8004 \
        --users 20 --spawn-rate 2 --run-time 2m --headless [OrchestrateCaller] [PhoneCaller] …

Reported as requests: `open` (until the session is there), `voice to voice` (from the last sample of
the question to the first sound of the answer), `longest gap` (of each answer). A failure is what a
caller would complain about: no answer, other words, half an answer, one that does not stop.

The words and lengths that are checked are those of the load test's emulated providers:
`python -m benchmarks.capacity.providers` prints the settings that lead a server to them.
"""

import socket
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

import gevent
import httpx
import numpy as np
from locust import User, constant, task

from benchmarks.capacity.caller import Heard
from benchmarks.capacity.client_door import Client
from benchmarks.capacity.doors import Line, Phone, on_line
from benchmarks.capacity.script import FRAME_SECONDS, Said, recording
from benchmarks.capacity.wire import BINARY, CLOSED, TEXT, Frames, Refused, hello, pong

CALL_SECONDS = 120.0
PATIENCE = 20.0  # seconds, for a session to come about
_PING = 9
clock = time.monotonic
_QUESTION: np.ndarray = recording(Path(".turnwise/bench"))


class Caller(User):
    """Calls, talks for CALL_SECONDS, hangs up, calls again."""

    abstract = True
    wait_time = constant(1)
    kind: ClassVar[type[Line]]
    said: ClassVar[Said]
    _number = 0

    @task
    def call(self) -> None:
        """One call."""
        heard = Heard(since=0.0)
        Caller._number += 1
        line = on_line(self.kind, self.said, heard, Caller._number)
        asked = clock()
        try:
            wire = self._open(line)
        except (Refused, OSError, httpx.HTTPError) as error:
            self._report("open", (clock() - asked) * 1000, error)
            return
        self._report("open", (clock() - asked) * 1000)
        listening = gevent.spawn(self._listen, wire, line)
        try:
            self._talk(line, heard)
        finally:
            listening.kill()
            wire.close()

    def _open(self, line: Line) -> socket.socket:
        """Raises Refused, OSError, httpx.HTTPError."""
        if isinstance(line, Phone):
            answer = httpx.post(f"{self.host}/twilio/voice", data=line.rings, timeout=PATIENCE)
            if answer.status_code != 200:
                raise Refused(answer.status_code)
            line.answered(answer.content)
        url = str(self.host).replace("http", "ws", 1) + line.path
        where = urlsplit(url)
        wire = socket.create_connection((where.hostname, where.port), timeout=PATIENCE)
        line.send = wire.sendall
        wire.sendall(hello(url))
        self._frames = Frames()
        while self._frames.status is None:
            self._hear(wire, line)
        if self._frames.status != 101:
            wire.close()
            raise Refused(self._frames.status)
        line.opened(clock())
        while not line.ready:
            self._hear(wire, line)
        return wire

    def _hear(self, wire: socket.socket, line: Line) -> None:
        """Raises ConnectionError: the line is gone."""
        data = wire.recv(65536)
        if not data:
            raise ConnectionError("closed")
        for opcode, payload in self._frames.feed(data):
            if opcode == _PING:
                wire.sendall(pong(payload))
            elif opcode in (TEXT, BINARY):
                line.came(opcode, payload, clock())

    def _listen(self, wire: socket.socket, line: Line) -> None:
        try:
            while True:
                self._hear(wire, line)
        except OSError:
            line.came(CLOSED, b"", clock())

    def _talk(self, line: Line, heard: Heard) -> None:
        begun = at = clock()
        while at - begun < CALL_SECONDS and line.ready:
            line.tick(clock())
            self._drain(heard)
            at += FRAME_SECONDS
            gevent.sleep(max(0.0, at - clock()))
        self._drain(heard)

    def _drain(self, heard: Heard) -> None:
        while heard.waits:
            self._report("voice to voice", heard.waits.pop() * 1000)
        while heard.gaps:
            self._report("longest gap", max(0.0, heard.gaps.pop()) * 1000)
        while heard.errors:
            what, times = heard.errors.popitem()
            for _ in range(times):
                self._report("turn", 0.0, AssertionError(what))

    def _report(self, name: str, ms: float, error: Exception | None = None) -> None:
        self.environment.events.request.fire(
            request_type=self.kind.path,
            name=name,
            response_time=ms,
            response_length=0,
            exception=error,
            context={},
        )


class OrchestrateCaller(Caller):
    """Raw audio to /orchestrate."""

    kind, said = Line, Line.said(_QUESTION)


class PhoneCaller(Caller):
    """Twilio's media stream, webhook first."""

    kind, said = Phone, Phone.said(_QUESTION)


class ClientCaller(Caller):
    """Pipecat's client SDKs."""

    kind, said = Client, Client.said(_QUESTION)
