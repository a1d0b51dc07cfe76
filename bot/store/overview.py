"""What an operator asks of the store: who is on a call in whichever worker, what was before."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from bot.store.connection import Client
from bot.store.errors import StoreSealed
from bot.store.keys import session_keys
from bot.store.listing import LIVE, LOAD, SEALED_AS, TURNS, UNANSWERED
from bot.store.questions import Questions
from bot.store.records import SessionRecord, record_from
from bot.store.sealing import Sealing

MOST_CALLS = 2_000
_FIELDS = (  # without the words
    "schema created updated state turn owner holder fence lease door latency_ms".split()
)
# Redis' own clock is the one that leases go by.
_LIVE = "return {redis.call('TIME'), redis.call('ZREVRANGE', KEYS[1], 0, ARGV[1] - 1)}"

Entry = dict[str, Any]


@dataclass(frozen=True)
class Unanswered:
    """A question that the documents don't answer. at: Unix seconds."""

    session_id: str
    turn: int
    at: float
    owner: str
    """Which key the call had come by."""
    text: str


@dataclass(frozen=True)
class Load:
    """How many calls a worker held in a minute, at some moment of it. at: Unix seconds."""

    at: float
    worker: str
    calls: int


class Overview:
    """Reads only. All raise StoreUnreachable."""

    def __init__(
        self, client: Client, questions: Questions, sealing: Sealing, *, cluster: bool
    ) -> None:
        self._client, self._questions, self._sealing = client, questions, sealing
        self._cluster = cluster

    async def live(self) -> list[SessionRecord]:
        """The sessions that a worker holds, the newest last; without their context.

        Two round trips, however many there are.
        """
        return await self._questions.ask(self._live)

    async def after(self, session_id: str, last: str, most: int) -> list[tuple[str, Entry]]:
        """Up to `most` entries of a session after the one of the id `last`; "": from the first.

        Raises StoreSealed without the key that they were encrypted with.
        """
        key = session_keys(session_id, cluster=self._cluster).events
        begin = f"({last}" if last else "-"
        rows = await self._questions.ask(
            lambda: self._client.xrange(key, min=begin, max="+", count=most)
        )
        opened = ((i, self._sealing.open(session_id, "entry", row["entry"])) for i, row in rows)
        return [(i, json.loads(text)) for i, text in opened]

    async def unanswered(self, since: float) -> list[Unanswered]:
        """The newest last. Those that were encrypted with a key that we don't have are left out."""
        found: list[Unanswered] = []
        for member, at in await self._range(UNANSWERED, since):
            name, turn, owner, sealed = member.split("|", 3)
            session_id = unquote(name, errors="surrogatepass")
            try:
                text = self._sealing.open(session_id, SEALED_AS, sealed)
            except StoreSealed:
                continue
            found.append(Unanswered(session_id, int(turn), at, owner, text))
        return found

    async def turns(self, since: float) -> list[tuple[float, float]]:
        """When an answer began, and how many milliseconds it had taken; the newest last."""
        return [
            (at, float(member.rpartition("|")[2])) for member, at in await self._range(TURNS, since)
        ]

    async def load(self, since: float) -> list[Load]:
        """The oldest first."""
        rows = [member.split("|") for member, _ in await self._range(LOAD, since // 60)]
        return [Load(int(minute) * 60, worker, int(calls)) for minute, worker, calls in rows]

    async def _range(self, key: str, since: float) -> list[tuple[str, float]]:
        return await self._questions.ask(
            lambda: self._client.zrangebyscore(key, since, "+inf", withscores=True)
        )

    async def _live(self) -> list[SessionRecord]:
        time, names = await self._client.eval(_LIVE, 1, LIVE, MOST_CALLS)
        now = int(time[0]) + int(time[1]) / 1_000_000
        pipeline: Any = self._client.pipeline(transaction=False)
        for name in names:
            pipeline.hmget(session_keys(name, cluster=self._cluster).record, _FIELDS)
        rows = await pipeline.execute() if names else []
        found = [
            record_from(name, {k: v for k, v in zip(_FIELDS, row, strict=True) if v is not None})
            for name, row in zip(names, rows, strict=True)
            if row[_FIELDS.index("created")] is not None
        ]
        held = [one for one in found if one.holder and one.lease > now]
        return sorted(held, key=lambda one: one.created)
