"""The conversations' memory, as the rest of Turnwise sees it."""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from loguru import logger

from bot.store.backlog import Backlog
from bot.store.breaker import Breaker
from bot.store.connection import Client, disconnect
from bot.store.control import Control, Told
from bot.store.delivery import Delivery
from bot.store.embedded import EmbeddedValkey
from bot.store.errors import StoreUnreachable
from bot.store.keeping import Keeping
from bot.store.keys import Keys, session_keys
from bot.store.leases import worker_name
from bot.store.operations import Operations
from bot.store.overview import Overview
from bot.store.questions import Questions
from bot.store.records import SessionRecord
from bot.store.relay import Relay
from bot.store.writer import Writer
from conversation.controlling import FORGET, Forget, read

FLUSH_WITHIN = 2.0
BACKLOG_LIMIT = 20_000
SHUT_LIMIT = 10_000
RENEWALS_A_LEASE = 3


class SessionStore:
    """Sessions in Redis: written in the background, so that Redis never delays a call.

    open ─► append, append, … (never waits) ─► release
      │                └─► on_fenced: another worker opened it; nothing more is written
      └─► read, events ─► forget
    """

    def __init__(
        self,
        client: Client,
        *,
        where: str,
        keeping: Keeping | None = None,
        cluster: bool = False,
        server: EmbeddedValkey | None = None,
        backlog_limit: int = BACKLOG_LIMIT,
    ) -> None:
        self.where = where  # for people: where the conversations are kept; carries no password
        self.worker = worker_name()  # how records call this process
        self.operations = counted = Operations()
        keeping = keeping or Keeping()
        self._dropped = self._late = 0
        self._client, self._cluster, self._server = client, cluster, server
        self._backlog = Backlog(backlog_limit)
        delivery = Delivery(client, keeping, worker=self.worker, cluster=cluster)
        breaker = Breaker()
        self._questions = Questions(client, delivery.sealing, breaker, counted, where=where)
        self.overview = Overview(client, self._questions, delivery.sealing, cluster=cluster)
        self._writer = Writer(
            self._backlog,
            delivery,
            breaker=breaker,
            operations=counted,
            renew_every=keeping.lease_seconds / RENEWALS_A_LEASE,
            on_lost=self._lost,
        )
        self._control = Control(client, cluster=cluster)
        self.relay = Relay(client, self._control, self._questions)
        self._on_fenced: list[Callable[[str], None]] = []
        self._open: set[str] = set()
        self._shut: dict[str, bool] = {}  # sessions that are not written to; True: taken over

    @property
    def healthy(self) -> bool:
        """Redis answered last time. Known at most about a second late."""
        return self._writer.healthy

    @property
    def latency_ms(self) -> float:
        """The last round trip."""
        return self._writer.latency_ms

    @property
    def dropped(self) -> int:
        """Entries never written: the backlog was full, they were no JSON, or Redis refused them."""
        return self._dropped + self._writer.refused

    @property
    def waiting(self) -> int:
        """Writes not in Redis yet."""
        return len(self._backlog)

    @property
    def fenced(self) -> int:
        """Entries never written, because another worker had taken their session."""
        return self._late + self._writer.fenced

    def on_fenced(self, callback: Callable[[str], None]) -> None:
        """Have it called with a session's id, once, when another worker has taken that."""
        self._on_fenced.append(callback)

    async def open(self, session_id: str, *, now: float, owner: str = "") -> SessionRecord:
        """Create the session or take it up again: it is ours from now on, and whichever worker
        held it writes no more. `now`: Unix seconds.

        owner: which key opens it. A record keeps its first owner: ask `read` first whose it is.

        While Redis is away: a new record with `stored` False; what follows is kept as always.
        """
        self._shut.pop(session_id, None)
        self._open.add(session_id)
        self._backlog.opened(session_id, now, owner, since=time.monotonic())
        self._writer.wake()
        try:
            record = await self.read(session_id) if await self._caught_up() else None
        except StoreUnreachable:
            record = None
        return record or SessionRecord(
            session_id, created=now, updated=now, owner=owner, stored=False
        )

    def append(self, session_id: str, entry: Mapping[str, Any]) -> None:
        """Have the entry written; returns at once and never raises. About 10 µs.

        entry: JSON-able, with `kind`, `turn` and `at` (Unix seconds). A `transition`'s `to`
        becomes the session's state. Entries of a session that was forgotten, or taken by another
        worker, are not written.
        """
        if session_id in self._shut:
            self._late += self._shut[session_id]
            return
        try:
            kept = self._backlog.add(session_id, entry)
        except (TypeError, ValueError) as error:
            kept = False
            logger.bind(session=session_id, error=str(error)).error("store_entry_not_json")
        if not kept:
            self._count_drop(session_id)
        self._writer.wake()

    def release(self, session_id: str) -> None:
        """The call is over: nobody holds the session. Late entries are written still.

        Nothing to do for a session that isn't ours.
        """
        if session_id in self._open:
            self._open.discard(session_id)
            self._backlog.released(session_id)
            self._writer.wake()

    async def flush(self, *, within: float = FLUSH_WITHIN) -> bool:
        """Wait until Redis has all that was appended so far. False: not within these seconds."""
        return await self._writer.delivered(self._backlog.last_number, within=within, patient=True)

    async def read(self, session_id: str) -> SessionRecord | None:
        """The record with everything appended so far; None: no such session.

        Raises StoreUnreachable: that is not the same as "no such session". Words that were
        encrypted with a key that we don't have are left out.
        """
        await self._caught_up()
        return await self._questions.record(session_id, self._keys(session_id))

    async def events(self, session_id: str) -> list[dict[str, Any]]:
        """Every entry in the order of writing. Raises StoreUnreachable, and StoreSealed without
        the key that it was encrypted with."""
        await self._caught_up()
        return await self._questions.entries(session_id, self._keys(session_id))

    async def claim(self, name: str, seconds: int) -> bool:
        """True for the first, in whichever worker, who asks for `name` within these seconds.

        Raises StoreUnreachable.
        """
        return await self._questions.set_first(name, "1", seconds)

    async def shared(self, name: str, value: str) -> str:
        """What all workers know as `name`: `value`, for the first. Raises StoreUnreachable."""
        await self._questions.set_first(name, value)
        return await self._questions.get(name)

    def hear(self, session_id: str, told: Told) -> Callable[[], None]:
        """Pass on what others tell this session, until what this gives is called.

        That it is to be forgotten is obeyed here first.
        """

        def hears(message: str) -> None:
            if read(message) == Forget() and session_id not in self._shut:
                self._forget(session_id)
            told(message)

        return self._control.hear(self._keys(session_id).control, hears, self.flush)

    async def tell(self, session_id: str, message: Mapping[str, Any]) -> int:
        """Tell it to whoever holds the session; how many have heard it. Raises StoreUnreachable."""
        channel = self._keys(session_id).control
        return await self._questions.ask(lambda: self._control.tell(channel, json.dumps(message)))

    async def forget(self, session_id: str) -> bool:
        """Remove every trace, and whatever is still appended until it is opened again.

        Whoever holds the session is told, and drops the call. False: not before Redis is back.
        """
        self._forget(session_id, json.dumps(FORGET))
        return await self._caught_up()

    def _forget(self, session_id: str, tell: str = "") -> None:
        self._shut_off(session_id, taken_over=False)
        self._backlog.forget(session_id, tell)
        self._writer.wake()

    async def close(self) -> None:
        """Write what waits, for at most 2 s, and let go of Redis; ours is stopped."""
        await self.flush()
        await self._control.close()
        await self._writer.stop()
        if self._backlog:
            logger.bind(writes=len(self._backlog)).error("store_closed_with_writes_lost")
        await disconnect(self._client)
        if self._server:
            await self._server.stop()

    async def _caught_up(self) -> bool:
        """As flush, but without waiting for a Redis that is away."""
        newest = self._backlog.last_number
        return await self._writer.delivered(newest, within=FLUSH_WITHIN, patient=False)

    def _keys(self, session_id: str) -> Keys:
        return session_keys(session_id, cluster=self._cluster)

    def _lost(self, session_id: str) -> None:
        self._shut_off(session_id, taken_over=True)
        for callback in self._on_fenced:
            callback(session_id)

    def _shut_off(self, session_id: str, *, taken_over: bool) -> None:
        self._open.discard(session_id)
        self._shut[session_id] = taken_over
        if len(self._shut) > SHUT_LIMIT:
            del self._shut[next(iter(self._shut))]

    def _count_drop(self, session_id: str) -> None:
        self._dropped += 1
        if self._dropped.bit_count() == 1:  # 1, 2, 4, 8 …: said often enough, never a flood
            logger.bind(session=session_id, dropped=self._dropped).error("store_entry_dropped")
