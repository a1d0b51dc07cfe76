"""Starts the workers, and another one for each that dies; passes signals on.

    SIGTERM, SIGINT ─► every worker drains; the second and third are passed on, too
    SIGHUP          ─► one after the other is replaced: the new one takes calls, the old one drains

With the embedded store its server is ours, and all workers use it.
"""

import asyncio
import json
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from loguru import logger
from prometheus_client.multiprocess import mark_process_dead

from bot.calls import Calls
from bot.settings import Settings
from bot.store import EmbeddedValkey
from bot.workers.board import Board, Row, State
from bot.workers.place import Place

BACKLOG = 2048
METRICS, BOARD = "metrics", "board"  # in the folder where workers meet
LOOK_AGAIN = 0.05
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # before a worker that did not come up is tried again


@dataclass(frozen=True)
class Told:
    """What a worker is told on its command line: no secrets."""

    folder: str
    slot: int
    listener: int
    """The file descriptor."""
    settings: dict[str, Any]
    """From our own command line."""
    store: str = ""
    """The embedded store's address."""

    @classmethod
    def read(cls, text: str) -> "Told":
        """From JSON."""
        return cls(**json.loads(text))

    def place(self, calls: Calls, loaded: Callable[[], bool]) -> Place:
        """The worker's place, which it has told the others of."""
        place = Place(Board(Path(self.folder) / BOARD), self.slot, calls, loaded)
        place.beat()
        return place


@dataclass
class Member:
    """A worker's process. leaves: it was told to."""

    slot: int
    process: Process
    leaves: bool = False

    def send(self, sign: signal.Signals) -> None:
        """A signal; to one that is gone, nothing."""
        self.leaves = True
        with suppress(ProcessLookupError):
            self.process.send_signal(sign)


@dataclass
class Supervisor:
    """given: the settings of the command line. program: what was called, to be called again."""

    settings: Settings
    listener: socket.socket
    given: Mapping[str, Any]
    program: str
    _members: list[Member] = field(default_factory=list[Member])
    _keeping: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _rolling: asyncio.Task[None] | None = None
    _store_url: str = ""

    async def run(self) -> int:
        """Until all workers have ended; 0, or the code of a first worker that could not start."""
        store = EmbeddedValkey(self.settings.data) if self.settings.redis_url is None else None
        if store:
            await store.start()
            self._store_url = store.url
        try:
            with tempfile.TemporaryDirectory(prefix="turnwise-") as folder:
                self._folder = Path(folder)
                (self._folder / METRICS).mkdir()
                self._board = Board.make(self._folder / BOARD, self.settings.workers)
                return await self._run()
        finally:
            if store:
                await store.stop()

    async def _run(self) -> int:
        self.listener.listen(BACKLOG)
        self.listener.set_inheritable(True)
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(sign, self._stop, sign)
        loop.add_signal_handler(signal.SIGHUP, self._roll_soon)
        first = await self._start()
        if not await self._comes_up(first) and not self._stopping.is_set():
            return first.process.returncode or 1
        self._keep(first)
        for _ in range(self.settings.workers - 1):
            self._keep(await self._start())
        await self._stopping.wait()
        await asyncio.gather(*(member.process.wait() for member in self._members))
        await asyncio.gather(*self._keeping)
        return 0

    async def _start(self) -> Member:
        slot = self._board.free()
        self._board.tell(Row(slot, State.LOADING))
        told = Told(
            *(str(self._folder), slot, self.listener.fileno()), dict(self.given), self._store_url
        )
        process = await asyncio.create_subprocess_exec(
            *("env", f"PROMETHEUS_MULTIPROC_DIR={self._folder / METRICS}"),  # each tells all sums
            *(sys.executable, self.program, "worker", json.dumps(asdict(told))),
            stdin=PIPE,  # its end tells the worker that we are gone
            pass_fds=(self.listener.fileno(),),
            start_new_session=True,  # Ctrl-C is for us, who pass it on
        )
        member = Member(slot, process)
        self._members.append(member)
        logger.bind(worker=slot, pid=process.pid).info("worker_started")
        if self._stopping.is_set():
            member.send(signal.SIGTERM)
        return member

    async def _comes_up(self, member: Member) -> bool:
        """Waits for its models; False: it ended before."""
        while self._board.state(member.slot) <= State.LOADING:
            if member.process.returncode is not None:
                return False
            await asyncio.sleep(LOOK_AGAIN)
        return True

    def _keep(self, member: Member) -> None:
        task = asyncio.create_task(self._replaced(member), name=f"worker {member.slot}")
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)

    async def _replaced(self, member: Member) -> None:
        """Until it was told to end: whenever it ends by itself, another takes its place."""
        pause = FIRST_PAUSE
        while True:
            code = await member.process.wait()
            up = self._board.state(member.slot) > State.LOADING
            self._gone(member)
            log = logger.bind(worker=member.slot, exit_code=code)
            if member.leaves or self._stopping.is_set():
                log.info("worker_left")
                return
            log.error("worker_died")
            pause = FIRST_PAUSE if up else min(2 * pause, LONGEST_PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
                return
            member = await self._start()

    def _gone(self, member: Member) -> None:
        """Its slot is free, and what it counted is counted on; what it held is not."""
        self._members.remove(member)
        self._board.tell(Row(member.slot, State.NONE))
        mark_process_dead(member.process.pid, str(self._folder / METRICS))

    def _stop(self, sign: signal.Signals) -> None:
        first = not self._stopping.is_set()
        logger.bind(workers=len(self._members), signal=sign.name).info("stopping")
        self._stopping.set()
        if self._rolling:
            self._rolling.cancel()
        for member in self._members:
            if not (first and member.leaves):  # it drains already; another would hurry it
                member.send(sign)

    def _roll_soon(self) -> None:
        if self._stopping.is_set() or (self._rolling and not self._rolling.done()):
            logger.info("rolling_already")
            return
        self._rolling = asyncio.create_task(self._roll(), name="rolling")

    async def _roll(self) -> None:
        """Stops at the first new worker that does not come up; the old ones go on."""
        for old in list(self._members):
            new = await self._start()
            if not await self._comes_up(new):
                self._gone(new)
                logger.bind(worker=new.slot).error("new_worker_did_not_come_up")
                return
            self._keep(new)
            old.send(signal.SIGTERM)
            await old.process.wait()
        logger.info("rolled")
