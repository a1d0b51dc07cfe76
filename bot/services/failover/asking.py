"""Asks one provider after the other until one answers, and gives what it says as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field

from pipecat.frames.frames import ErrorFrame, Frame

from bot.services.failover.branch import Branch
from bot.services.failover.faults import fault_of
from bot.services.failover.switchboard import Switchboard
from conversation.faults import Fault, Faulty
from conversation.ledger import Ledger, Try
from conversation.lineup import Lineup
from processors.ports import Clock

Ask = Callable[[Branch], Awaitable[None]]
"""Gives the request to a branch."""


@dataclass(frozen=True)
class Signs:
    """How to read the answers of a kind of provider."""

    kind: str
    content: Callable[[Frame], bool]  # a word, a sound
    end: Callable[[Frame], bool]


@dataclass
class Reply:
    """What one provider says to one request."""

    branch: Branch
    signs: Signs
    first_seconds: float  # patience for the first byte
    gap_seconds: float  # and for each further one
    tried: Try
    inbox: asyncio.Queue[Frame] = field(default_factory=asyncio.Queue[Frame])
    head: list[Frame] = field(default_factory=list[Frame])

    async def begin(self, ask: Ask, clock: Clock) -> Faulty | None:
        """Asks, and waits for the first content. Gives what went wrong, or None."""
        try:
            async with asyncio.timeout(self.first_seconds):
                if not await self.branch.ready():
                    return Faulty(Fault.STALLED)
                self.branch.listener = self.inbox.put_nowait
                await ask(self.branch)
                while not self.head or not self.signs.content(self.head[-1]):
                    if self.head and self.signs.end(self.head[-1]):
                        return Faulty(Fault.EMPTY)
                    self.head.append(await self._next())
        except TimeoutError:
            return Faulty(Fault.TIMEOUT)
        except Faulty as faulty:
            return faulty
        except Exception as error:  # of a service that could not even be asked
            return fault_of(ErrorFrame("could not be asked", exception=error))
        self.tried.first = clock()
        return None

    async def frames(self) -> AsyncGenerator[Frame]:
        """All that it says, from its first word to its end. Raises Faulty."""
        for frame in self.head:
            yield frame
        while True:
            try:
                async with asyncio.timeout(self.gap_seconds):
                    frame = await self._next()
            except TimeoutError:
                raise Faulty(Fault.STALLED) from None
            yield frame
            if self.signs.end(frame):
                return

    async def _next(self) -> Frame:
        frame = await self.inbox.get()
        if isinstance(frame, ErrorFrame):
            raise fault_of(frame)
        return frame


@dataclass
class Request:
    """One request, which goes from provider to provider.

        next() ──► a Reply that has begun ──► worked() or failed() ──► next() ...
                   None: all were asked

    ledger: of the turn that is answered.
    """

    branches: list[Branch]
    signs: Signs
    board: Switchboard
    ledger: Ledger
    turn: int | None
    clock: Clock
    _failed: Branch | None = None  # the last, while nobody has taken over

    def __post_init__(self) -> None:
        self.lineup = Lineup([self.board.breakers[b.provided] for b in self.branches])

    async def next(self, ask: Ask) -> Reply | None:
        """The first to answer: whoever comes next, and, if that is slow, who comes after."""
        racing: dict[asyncio.Task[Faulty | None], Reply] = {}
        try:
            while self._enter(racing, ask):
                if won := await self._race(racing, ask):
                    return won
            return None
        finally:
            for task, reply in racing.items():
                task.cancel()
                await self.drop(reply)

    def _enter(self, racing: dict[asyncio.Task[Faulty | None], Reply], ask: Ask) -> bool:
        place = self.lineup.next(now=self.clock())
        if place is None:
            return False
        branch = self.branches[place]
        timeout = self.board.timeouts.of(branch.provided)
        tried = Try(self.signs.kind, branch.name, self.clock())
        first = self.lineup.patience(timeout)
        gap = first if self.lineup.last else timeout
        reply = Reply(branch, self.signs, first, gap, tried)
        self.ledger.tries.append(tried)
        self.board.asked(branch.provided)
        self._moved_on_to(branch)
        branch.turn = self.turn
        racing[asyncio.create_task(reply.begin(ask, self.clock), name=f"ask {branch.name}")] = reply
        return True

    async def _race(
        self, racing: dict[asyncio.Task[Faulty | None], Reply], ask: Ask
    ) -> Reply | None:
        """The first that answers, or None when none of those under way does."""
        hedge_after = self.board.slow_from(next(iter(racing.values())).branch.provided)
        while racing:
            done, _ = await asyncio.wait(
                racing, timeout=hedge_after, return_when=asyncio.FIRST_COMPLETED
            )
            hedged, hedge_after = hedge_after is not None and not done, None
            if hedged and not self.lineup.last and self._enter(racing, ask):
                self.board.hedges[list(racing.values())[-1].branch.provided] += 1
            for task in done:
                reply, faulty = racing.pop(task), task.result()
                if faulty is None:
                    self.board.began(reply.branch.provided, reply.tried.waited)
                    self._moved_on_to(reply.branch)
                    return reply
                await self.failed(reply, faulty)
        return None

    def _moved_on_to(self, branch: Branch) -> None:
        source, self._failed = self._failed, None
        if source is not None:
            self.board.moved_on(self.signs.kind, source.name, branch.name)

    async def worked(self, reply: Reply) -> None:
        """The reply came to its end."""
        reply.tried.over(now=self.clock())
        reply.branch.listener = None
        self.board.worked(reply.branch.provided)

    async def failed(self, reply: Reply, faulty: Faulty) -> None:
        """It did not; whoever comes next goes on."""
        now = self.clock()
        reply.tried.over(now=now, failed=str(faulty.fault))
        self.board.failed(reply.branch.provided, faulty, now=now)
        if faulty.fault in (Fault.TIMEOUT, Fault.STALLED):
            self.lineup.timed_out()
        self._failed = reply.branch
        await reply.branch.hush()

    async def drop(self, reply: Reply) -> None:
        """Nobody wants the reply any more."""
        reply.tried.over(now=self.clock(), failed="dropped")
        self.board.breakers[reply.branch.provided].abandoned()
        await reply.branch.hush()
