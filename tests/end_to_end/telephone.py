"""Twilio's side of a telephone call, for the tests: its webhook, its stream, a handset."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import httpx
import numpy as np
import soxr
from streamdouble import g711
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.voices import RATE, VOICES, as_recording
from bot.engine import Engine
from rag_index.facts import canonical
from tests.bot.doors import Doors
from tests.emulators.twilio_api import TwilioApi

CALLER = {"From": "+15551230199", "To": "+15550100", "CallSid": "CA1"}
TOKEN = "an-auth-token"
SILENCE = b"\xff" * 160
PATIENCE = 30.0  # seconds; nothing is timed by it


async def ring(door: Doors, *, signature: str = "", **form: str) -> str:
    """The TwiML that Twilio is answered with."""
    signed = {"X-Twilio-Signature": signature}
    async with httpx.AsyncClient() as http:
        asked = {**CALLER, **form}
        return (await http.post(door.url("/twilio/voice"), data=asked, headers=signed)).text


def parameters(twiml: str) -> dict[str, str]:
    """What the TwiML wants the stream to say of the call."""
    found = ElementTree.fromstring(twiml).iterfind("Connect/Stream/Parameter")
    return {p.get("name", ""): p.get("value", "") for p in found}


def account(api: TwilioApi) -> dict[str, str]:
    """Settings of an account of the emulated API."""
    return {"twilio_account_sid": "AC1", "twilio_auth_token": TOKEN, "twilio_api_url": api.url}


async def begin(line: ClientConnection, told: Mapping[str, str] | str, call: str = "CA1") -> None:
    """What Twilio sends first. told: the stream's parameters, or the token alone."""
    given = {"token": told} if isinstance(told, str) else dict(told)
    start = {
        "streamSid": "MZ1", "callSid": call, "accountSid": "AC1", "tracks": ["inbound"],
        "customParameters": given,
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
    }  # fmt: skip
    await line.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
    await line.send(json.dumps({"event": "start", "streamSid": "MZ1", "start": start}))


def message(event: str, **fields: Any) -> str:
    """A message of the stream."""
    return json.dumps({"event": event, "streamSid": "MZ1", **fields})


def spoken(text: str) -> bytes:
    """The words, aloud, over a telephone: 8 kHz mu-law."""
    said = as_recording(VOICES["hibari"](text)).astype(np.float32)
    return g711.encode(soxr.resample(said, RATE, 8000).astype(np.int16))


def frames(heard: bytes) -> list[bytes]:
    """Of 20 ms each."""
    whole = heard.ljust(-(-len(heard) // 160) * 160, b"\xff")
    return [whole[at : at + 160] for at in range(0, len(whole), 160)]


def words(engine: Engine, heard: bytes) -> str:
    """What was said, by transcribing it. heard: 8 kHz mu-law."""
    samples = soxr.resample(g711.decode(bytes(heard)).astype(np.float32), 8000, RATE)
    assert engine.speech is not None
    return engine.speech.recognizer.words(samples.astype(np.int16).tobytes())


async def over(door: Doors) -> None:
    """Until no call is left."""
    async with asyncio.timeout(PATIENCE):
        while len(door.app.state.calls):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@dataclass
class Handset:
    """Sends a frame every 20 ms: what is to be said, else silence. Marks come back at once."""

    line: ClientConnection
    audio: bytearray = field(default_factory=bytearray)
    messages: list[dict[str, Any]] = field(default_factory=list)
    echoes_until_ms: float = float("inf")
    """Marks behind this position are kept back."""
    stands: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared: nothing is sent and nothing is read."""
    _mouth: bytearray = field(default_factory=bytearray)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def says(self, heard: bytes) -> None:
        """After what is being said. heard: 8 kHz mu-law."""
        self._mouth += heard

    async def press(self, digit: str) -> None:
        await self.line.send(message("dtmf", dtmf={"track": "inbound_track", "digit": digit}))

    async def hang_up(self) -> None:
        await self.line.send(message("stop", stop={"accountSid": "AC1", "callSid": "CA1"}))

    def count(self, event: str) -> int:
        return sum(m["event"] == event for m in self.messages)

    async def hears(self, seconds: float) -> None:
        """Until so much was heard, all in all."""
        await self.until(lambda: len(self.audio) >= 8000 * seconds)

    async def is_told(self, engine: Engine, fact: str, *, since: int = 0) -> None:
        """Until these words were heard, however they are spelled. since: bytes of `audio`."""
        wanted, heard, over = canonical(fact), "", None
        async with asyncio.timeout(PATIENCE):
            while wanted not in canonical(heard):
                if over:
                    raise over
                try:
                    async with asyncio.timeout(2):
                        await self.hears(len(self.audio) / 8000 + 1.0)
                except TimeoutError:  # a reply's last words may be shorter
                    pass
                except ConnectionError as error:  # nothing more will come: was it said before?
                    over = error
                heard = await asyncio.to_thread(words, engine, bytes(self.audio[since:]))

    async def until(self, holds: Any) -> None:
        """Until `holds()`; asked again after each message."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                if self.line.close_code is not None:
                    raise ConnectionError(f"closed {self.line.close_code}")
                self._changed.clear()
                await self._changed.wait()

    async def talk(self) -> None:
        """Sends, in real time."""
        while True:
            await self.stands.wait()
            frame = bytes(self._mouth[:160]).ljust(160, b"\xff")
            del self._mouth[:160]
            payload = base64.b64encode(frame).decode()
            await self.line.send(message("media", media={"track": "inbound", "payload": payload}))
            await asyncio.sleep(0.02)

    async def listen(self) -> None:
        try:
            async for frame in self.line:
                await self.stands.wait()
                told = json.loads(frame)
                self.messages.append(told)
                if told["event"] == "media":
                    self.audio += base64.b64decode(told["media"]["payload"])
                if told["event"] == "mark":
                    name = told["mark"]["name"]
                    if float(name.partition(":")[2]) <= self.echoes_until_ms:
                        await self.line.send(message("mark", mark={"name": name}))
                self._changed.set()
        finally:
            self._changed.set()


@asynccontextmanager
async def handset(
    door: Doors, told: Mapping[str, str] | str, call: str = "CA1", **how: Any
) -> AsyncIterator[Handset]:
    """A call that is under way, until the end."""
    async with connect(door.url("/twilio/media", scheme="ws")) as line:
        held = Handset(line, **how)
        held.stands.set()
        await begin(line, told, call)
        tasks = [asyncio.create_task(held.talk()), asyncio.create_task(held.listen())]
        try:
            yield held
        finally:
            held.stands.set()
            await line.close()
            for task in tasks:
                task.cancel()
            with suppress(ConnectionClosed):
                await asyncio.gather(*tasks, return_exceptions=True)
