"""A caller with a list of questions, who comes back whatever happens to the line.

ask ─► transcript (theirs) ─► response_ready, audio … ─► transcript (ours) ─► turn_complete
        └──────── acknowledged: must be in the record, whoever died ────────┘
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus

from conversation.states import State
from tests.bot.orchestrate_client import Client, orchestrate
from tests.chaos.servers import Worker

RATE = 16000
SILENT_AFTER = 1.0  # seconds without a pong: the worker is taken for gone
_PASSING = (State.THINKING, State.SPEAKING, State.INTERRUPT)


@dataclass
class Piece:
    """One piece of an answer: its audio in seconds as promised, and as received."""

    turn: int
    text: str
    seconds: float
    received: float = 0.0

    @property
    def whole(self) -> bool:
        return self.received > self.seconds - 0.1


@dataclass
class Caller:
    """One call, over as many connections as it takes; `workers` in the order in which to try.

    stops_at: the state, of the second question, in which the call says that it is `there`; at rest
    or half-way through a question it waits to `go_on`.
    """

    number: int
    workers: list[Worker]
    questions: Sequence[str]
    stops_at: str | None = None
    thinks: float = 0.0
    state: str = "IDLE"
    session_id: str = ""
    acknowledged: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(role, text) of each final transcript that was told."""
    pieces: list[Piece] = field(default_factory=list[Piece])
    completed: list[int] = field(default_factory=list[int])
    """Turns that were answered to the end."""
    came_back: list[float] = field(default_factory=list[float])
    """Seconds from each reconnect to session_started."""
    voice_to_voice: list[float] = field(default_factory=list[float])
    gaps: list[float] = field(default_factory=list[float])
    """Silences in the middle of a piece's audio, in seconds, as the caller hears them."""
    codes: list[int | None] = field(default_factory=list[int | None])
    """With what each connection ended."""
    task: asyncio.Task[None] | None = None
    there: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _token: str = ""
    _asked: int = 0
    _since: int = 0  # what was acknowledged before the question under way
    _interrupts: bool = False
    _plays_until: float = 0.0

    async def call(self) -> None:
        """Asks all questions and hangs up. Raises TimeoutError if it can't."""
        while self._asked < len(self.questions):
            worker = self.workers[0]
            began = time.monotonic()
            try:
                async with orchestrate(worker) as client:
                    await self._converse(client, began)
            except (OSError, ConnectionClosed, InvalidStatus, ConnectionError, EOFError):
                self.workers = [*self.workers[1:], worker]
                await asyncio.sleep(0.05)

    def has_enough(self) -> None:
        """The question under way, or the next one, is the last."""
        self.questions = self.questions[: self._asked + 1]

    async def reach(self, state: str) -> None:
        """Until the caller is told that the call is in this state."""
        await self._until(lambda: self.state == state)

    async def hears(self, answers: int) -> None:
        """Until so many answers were heard to their end."""
        await self._until(lambda: len(self.completed) >= answers)

    async def returns(self, times: int) -> None:
        """Until the caller has come back so often."""
        await self._until(lambda: len(self.came_back) >= times)

    async def _until(self, holds: Callable[[], bool]) -> None:
        async with self._news:
            await self._news.wait_for(holds)

    async def _converse(self, client: Client, began: float) -> None:
        watching = asyncio.create_task(self._watch(client))
        living = asyncio.create_task(self._alive(client))
        try:
            how = {"resume_token": self._token} if self._token else {}
            started = await client.start(**how)
            if self._token:
                self.came_back.append(time.monotonic() - began)
            self._token, self.session_id = started["resume_token"], started["session_id"]
            while self._asked < len(self.questions):
                await self._turn(client)
            await client.send("session_end")
            await client.closed()
        finally:
            living.cancel()
            watching.cancel()
            await asyncio.gather(living, watching, return_exceptions=True)
            self.codes.append(client.line.close_code)

    async def _turn(self, client: Client) -> None:
        """A question, if it was not heard yet, and its answer to the end."""
        question, turns = self.questions[self._asked], len(self.completed)
        known = ("user", question) in self.acknowledged[self._since :]
        if not known:
            await _while_open(client, asyncio.sleep(self.thinks))
        if self._stops(State.IDLE):
            await self._pause(client)
        if self._stops(State.LISTENING):
            await client.send("stt_fragment", text=question[:20], is_final=False, timestamp=1.0)
            await _while_open(client, self.reach(State.LISTENING))
            await self._pause(client)
        if self._interrupts:
            await client.ask(f"I mean, {question}")
            self._interrupts = False
        elif not known:
            await client.ask(question)
        if self._stops(State.INTERRUPT):
            self._interrupts = True
            await _while_open(client, self.reach(State.SPEAKING))
            await client.send("user_speaking", timestamp=1.0)
            await _while_open(client, self.reach(State.LISTENING))
            return
        await _while_open(client, self.hears(turns + 1))
        self._asked, self._since = self._asked + 1, len(self.acknowledged)

    def _stops(self, state: State) -> bool:
        return self._asked == 1 and self.stops_at == state and not self.there.is_set()

    async def _pause(self, client: Client) -> None:
        self.there.set()
        await _while_open(client, self.go_on.wait())

    async def _alive(self, client: Client) -> None:
        """Ends the connection if nobody answers any more."""
        while True:
            await asyncio.sleep(0.3)
            pings = sum(m["type"] == "pong" for m in client.messages)
            with suppress(ConnectionClosed):
                await client.send("ping", nonce="alive")
            await asyncio.sleep(SILENT_AFTER)
            if sum(m["type"] == "pong" for m in client.messages) == pings:
                client.line.transport.abort()

    async def _watch(self, client: Client) -> None:
        """Keeps what the caller is told and hears, as it comes."""
        seen = heard = 0
        asked_at: float | None = None
        while await client.beyond(seen, heard):
            now = time.monotonic()
            for message in client.messages[seen:]:
                if message["type"] == "state_change" and message["to"] == "THINKING":
                    asked_at = now
                self._told(message)
            seen = len(client.messages)
            if fresh := (len(client.audio) - heard) / 2 / RATE:
                if asked_at is not None:
                    self.voice_to_voice.append(now - asked_at)
                    asked_at = None
                self._hears(fresh, now)
                heard = len(client.audio)
            async with self._news:
                self._news.notify_all()

    def _told(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "state_change":
                self.state = message["to"]
                if self.state in _PASSING and self._stops(State(self.state)):
                    self.there.set()
            case "transcript" if message["final"]:
                self.acknowledged.append((message["role"], message["text"]))
            case "response_ready":
                seconds = message["duration_ms"] / 1000
                self.pieces.append(Piece(len(self.completed), message["text"], seconds))
            case "turn_complete" if not message["interrupted"]:
                self.completed.append(message["turn_number"])
            case _:
                pass

    def _hears(self, seconds: float, now: float) -> None:
        piece = self.pieces[-1] if self.pieces else None
        if piece and piece.received and now > self._plays_until:
            self.gaps.append(now - self._plays_until)
        self._plays_until = max(now, self._plays_until) + seconds
        if piece:
            piece.received += seconds


async def _while_open(client: Client, what: Coroutine[Any, Any, object]) -> None:
    """Waits for it. Raises ConnectionError if the connection ends first."""
    waiting = [asyncio.create_task(what), asyncio.create_task(client.line.wait_closed())]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not waiting[0].done():
            raise ConnectionError("closed")
    finally:
        for task in waiting:
            task.cancel()


async def over(callers: Iterable[Caller]) -> None:
    """Until all of them have hung up. Raises what one of them raised."""
    await asyncio.gather(*(caller.task for caller in callers if caller.task))
