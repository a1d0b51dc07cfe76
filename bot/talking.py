"""`runner.py talk`: recordings as the caller, through the whole pipeline, in real time."""

import asyncio
import functools
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bot.engine import Engine
from bot.opening import open_session
from bot.pipeline import Parts, spoken_parts
from bot.session import Session
from bot.settings import Settings
from conversation.ending import HUNG_UP
from conversation.states import State
from processors.ports import Journal, journal_nothing
from transports.wav import OUT_RATE, CallerEar, CallerMouth, wav_params

ANSWER_SECONDS = 20.0  # after a recording, nobody answers any more
SPEECH_SECONDS = 120.0  # the longest reply that is waited for
QUIET_SECONDS = 0.7  # of IDLE before the next recording; the caller lets the bot finish

Message = dict[str, Any]


@dataclass
class Talk:
    """One call made of recordings; `state` is what the client was told."""

    on_message: Callable[[Message], None]
    state: str = State.IDLE
    _seen: Counter[tuple[tuple[str, Any], ...]] = field(default_factory=Counter)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def told(self, message: Message) -> None:
        """The server said something."""
        if message.get("type") == "state_change":
            self.state = message["to"]
        self._seen[tuple((k, message.get(k)) for k in ("type", "role", "to"))] += 1
        self.on_message(message)
        self._changed.set()

    async def until(self, seconds: float, holds: Callable[[], bool]) -> bool:
        """Waits until `holds()`; False if it still doesn't after `seconds`."""
        ends = time.monotonic() + seconds
        while not holds():
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), max(0.0, ends - time.monotonic()))
            except TimeoutError:
                return False
        return True

    def count(self, **fields: str) -> int:
        """How many messages so far carry these fields."""
        return sum(n for seen, n in self._seen.items() if fields.items() <= dict(seen).items())

    @property
    def resting(self) -> bool:
        """Whether nobody has the floor, or nobody has said a word yet."""
        untouched = self.count(type="state_change") <= 1 and not self.count(role="user")
        return self.state == State.IDLE or untouched

    async def settled(self) -> None:
        """Waits until the bot has nothing more to say, and the caller is not half-way through."""
        await self.until(SPEECH_SECONDS, lambda: self.resting)
        while await self.until(QUIET_SECONDS, lambda: not self.resting):
            await self.until(SPEECH_SECONDS, lambda: self.resting)


async def talk(
    engine: Engine,
    settings: Settings,
    recordings: Sequence[np.ndarray],
    *,
    on_message: Callable[[Message], None],
    interrupt_after: float | None = None,
    greet: bool = True,
    keep: bool = True,
    journal: Journal = journal_nothing,
    parts: Parts | None = None,
    on_audio: Callable[[bytes], None] | None = None,
) -> bytes:
    """Plays the recordings one after the other, each after the answer to the one before.

    interrupt_after: seconds after the first audio of an answer at which the next recording starts
    all the same. parts: of the pipeline, if not the usual ones. on_audio: is given each 20 ms as
    they are heard. Returns what the caller heard, 16-bit mono at 24 kHz, without the silences; with
    `keep` off, nothing.
    """
    call = Talk(on_message)
    params = wav_params()
    mouth, ear = CallerMouth(params), CallerEar(params, call.told, on_audio, keep=keep)
    session = open_session(
        engine, settings, parts or spoken_parts(engine), mouth, ear,
        greet=greet, sample_rate=OUT_RATE, journal=journal,
    )  # fmt: skip
    running = asyncio.create_task(session.run())
    try:
        await _converse(call, mouth, recordings, interrupt_after, greet, running)
    finally:
        await _end(session, running)
    return bytes(ear.heard)


async def _converse(
    call: Talk,
    mouth: CallerMouth,
    recordings: Sequence[np.ndarray],
    interrupt_after: float | None,
    greet: bool,
    running: asyncio.Task[None],
) -> None:
    await call.until(10.0, lambda: call.state == State.LISTENING)
    if greet:
        await call.until(10.0, lambda: call.state == State.SPEAKING)
        await call.settled()
    for number, recording in enumerate(recordings):
        if running.done():
            return
        answers = call.count(type="state_change", to=State.SPEAKING)
        await mouth.play(recording)
        answered = functools.partial(_answered, call, answers)
        await call.until(ANSWER_SECONDS, lambda answered=answered: call.resting or answered())
        last = number == len(recordings) - 1
        if interrupt_after is not None and not last and call.state == State.SPEAKING:
            await asyncio.sleep(interrupt_after)
        else:
            await call.settled()


def _answered(call: Talk, before: int) -> bool:
    return call.count(type="state_change", to=State.SPEAKING) > before


async def _end(session: Session, running: asyncio.Task[None]) -> None:
    await session.hang_up()
    try:
        await asyncio.wait_for(running, 5.0)
    except TimeoutError:
        await session.drop(HUNG_UP)
