"""The conversations' memory, as the rest of Turnwise sees it."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from loguru import logger
from redis.exceptions import RedisError

from bot.store.backlog import Backlog
from bot.store.connection import Client, disconnect
from bot.store.delivery import Delivery
from bot.store.embedded import EmbeddedValkey
from bot.store.errors import StoreUnreachable
from bot.store.keys import Keys, session_keys
from bot.store.records import SessionRecord, record_from
from bot.store.writer import Writer

FLUSH_WITHIN = 2.0
BACKLOG_LIMIT = 20_000
FORGOTTEN_LIMIT = 10_000


class SessionStore:
    """Sessions in Redis: written in the background, so that Redis never delays a call.

    open ─► append, append, … (never waits) ─► read, events ─► forget
    """

    def __init__(
        self,
        client: Client,
        *,
        where: str,
        ttl_seconds: int,
        cluster: bool = False,
        server: EmbeddedValkey | None = None,
        backlog_limit: int = BACKLOG_LIMIT,
    ) -> None:
        self.where = where
        """For people: where the conversations are kept. Carries no password."""
        self._dropped = 0
        self._client = client
        self._cluster = cluster
        self._server = server
        self._backlog = Backlog(backlog_limit)
        self._writer = Writer(
            self._backlog,
            Delivery(client, writer=uuid4().hex, ttl_seconds=ttl_seconds, cluster=cluster),
        )
        self._forgotten: dict[str, None] = {}

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

    async def open(self, session_id: str, *, now: float, owner: str = "") -> SessionRecord:
        """Create the session or take it up again. `now`: Unix seconds.

        owner: which key opens it. A record keeps its first owner: ask `read` first whose it is.

        While Redis is away: a new record with `stored` False; what follows is kept as always.
        """
        self._forgotten.pop(session_id, None)
        self._backlog.opened(session_id, now, owner)
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
        becomes the session's state. Entries of a forgotten session are not written.
        """
        if session_id in self._forgotten:
            return
        try:
            kept = self._backlog.add(session_id, entry)
        except (TypeError, ValueError) as error:
            kept = False
            logger.bind(session=session_id, error=str(error)).error("store_entry_not_json")
        if not kept:
            self._count_drop(session_id)
        self._writer.wake()

    async def flush(self, *, within: float = FLUSH_WITHIN) -> bool:
        """Wait until Redis has all that was appended so far. False: not within these seconds."""
        last = self._backlog.last_number
        return await self._writer.delivered(last, within=within, patient=True)

    async def read(self, session_id: str) -> SessionRecord | None:
        """The record with everything appended so far; None: no such session.

        Raises StoreUnreachable: that is not the same as "no such session".
        """
        await self._caught_up()
        fields = await self._ask(self._client.hgetall(self._keys(session_id).record))
        return record_from(session_id, fields) if fields else None

    async def events(self, session_id: str) -> list[dict[str, Any]]:
        """Every entry in the order of writing. Raises StoreUnreachable."""
        await self._caught_up()
        rows = await self._ask(self._client.xrange(self._keys(session_id).events))
        return [json.loads(fields["entry"]) for _, fields in rows]

    async def claim(self, name: str, seconds: int) -> bool:
        """True for the first, in whichever worker, who asks for `name` within these seconds.

        Raises StoreUnreachable.
        """
        return bool(await self._ask(self._client.set(name, "1", nx=True, ex=seconds)))

    async def shared(self, name: str, value: str) -> str:
        """What all workers know as `name`: `value`, for the first. Raises StoreUnreachable."""
        await self._ask(self._client.set(name, value, nx=True))
        return str(await self._ask(self._client.get(name)))

    async def forget(self, session_id: str) -> bool:
        """Remove every trace, and whatever is still appended until it is opened again.

        False: Redis is away; it happens when Redis is back, if we are still here.
        """
        self._forgotten[session_id] = None
        if len(self._forgotten) > FORGOTTEN_LIMIT:
            del self._forgotten[next(iter(self._forgotten))]
        self._backlog.forget(session_id)
        self._writer.wake()
        return await self._caught_up()

    async def close(self) -> None:
        """Write what waits, for at most 2 s, and let go of Redis; ours is stopped."""
        await self.flush()
        await self._writer.stop()
        if self._backlog:
            logger.bind(writes=len(self._backlog)).error("store_closed_with_writes_lost")
        await disconnect(self._client)
        if self._server:
            await self._server.stop()

    async def _caught_up(self) -> bool:
        """As flush, but without waiting for a Redis that is away."""
        last = self._backlog.last_number
        return await self._writer.delivered(last, within=FLUSH_WITHIN, patient=False)

    def _keys(self, session_id: str) -> Keys:
        return session_keys(session_id, cluster=self._cluster)

    async def _ask(self, question: Any) -> Any:
        try:
            return await question
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreUnreachable(
                f"{self.where} does not answer ({type(error).__name__}); try again when it is back"
            ) from error

    def _count_drop(self, session_id: str) -> None:
        self._dropped += 1
        if self._dropped.bit_count() == 1:  # 1, 2, 4, 8 …: said often enough, never a flood
            logger.bind(session=session_id, dropped=self._dropped).error("store_entry_dropped")
