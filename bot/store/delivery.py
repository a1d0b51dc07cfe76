"""One round trip to Redis: groups of writes in, an outcome for each group out."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)

from bot.store import listing, script
from bot.store.backlog import FORGET, OPENED, RELEASED, RENEWED, Write
from bot.store.connection import UNREACHED, Client, follow_master, leave_replica
from bot.store.keeping import Keeping
from bot.store.keys import session_keys
from bot.store.leases import Leases
from bot.store.records import FIELDS_WITH_WORDS, SCHEMA, first_fields
from bot.store.sealing import Sealing

# Who holds the call elsewhere may have written after this: told, they delete it once more.
FORGET_SCRIPT = "redis.call('UNLINK', unpack(KEYS)) return redis.call('PUBLISH', ARGV[1], ARGV[2])"

PASSING = (
    *UNREACHED,
    AskError,
    AuthenticationError,
    ClusterDownError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
PASSING_CODES = ("MISCONF", "NOREPLICAS", "BUSY")
FENCED = "FENCED"

Outcome = Exception | None


class Delivery:
    """Sends groups; each group is written whole or not at all, and once.

    Learns from the replies which sessions are ours.
    """

    def __init__(
        self,
        client: Client,
        keeping: Keeping,
        *,
        worker: str,
        cluster: bool = False,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self.leases = Leases()
        self.sealing = Sealing(keeping.keys)
        self._client = client
        self._keeping = keeping
        self._worker = worker
        self._cluster = cluster
        self._now, self._wall_clock = clock, wall_clock

    async def ping(self) -> None:
        await follow_master(self._client)
        await self._client.ping()

    async def renew(self) -> list[tuple[str, Outcome]]:
        """What became of each session that we hold. Raises as `send` does."""
        await follow_master(self._client)
        held = self.leases.held
        outcomes = await self.send([[Write(0, session_id, RENEWED)] for session_id in held])
        return list(zip(held, outcomes, strict=True))

    async def send(self, groups: Sequence[Sequence[Write]]) -> list[Outcome]:
        """What became of each group. Raises what redis-py raises if nothing can be said of any."""
        commands = [self._command(group) for group in groups]
        beside = listing.beside(
            groups, self.sealing, self._keeping, worker=self._worker, now=self._wall_clock()
        )
        replies = await script.run(self._client, [*commands, *beside])
        replies, listed = replies[: len(groups)], replies[len(groups) :]
        if any(isinstance(reply, ReadOnlyError) for reply in replies):
            await leave_replica(self._client)
        unlisted = next((reply for reply in listed if isinstance(reply, Exception)), None)
        return [
            self._learn(group, unlisted if unlisted and group[0].kind == FORGET else reply)
            for group, reply in zip(groups, replies, strict=True)
        ]

    def _learn(self, group: Sequence[Write], reply: Any) -> Outcome:
        first = group[0]
        if isinstance(reply, Exception):
            if is_fenced(reply):
                self.leases.lost(first.session_id)
            return reply
        if first.kind == FORGET:
            self.leases.lost(first.session_id)
        if first.kind == OPENED:
            self.leases.taken(first.session_id, int(reply))
        if any(write.kind == RELEASED for write in group):
            self.leases.released(first.session_id)
        return None

    def _command(self, group: Sequence[Write]) -> script.Command:
        keys = session_keys(group[0].session_id, cluster=self._cluster)
        if group[0].kind == FORGET and group[0].entry:
            return ["EVAL", FORGET_SCRIPT, len(keys), *keys, keys.control, group[0].entry]
        if group[0].kind == FORGET:
            return ["UNLINK", *keys]
        return script.call([keys.record, keys.events], self._arguments(group))

    def _arguments(self, group: Sequence[Write]) -> list[str | int]:
        """As write.lua wants them."""
        session_id, keeping = group[0].session_id, self._keeping
        latest: dict[str, str] = {}
        for write in group:
            latest |= write.fields
        first = first_fields(float(latest.get("updated", time.time())))
        if "owner" in latest:
            first["owner"] = latest.pop("owner")  # whoever comes later does not take it over
        for name in FIELDS_WITH_WORDS & latest.keys():
            latest[name] = self.sealing.seal(session_id, name, latest[name])
        age = self._now() - group[0].since if group[0].kind == OPENED else 0
        arguments: list[str | int] = [
            *(self._worker, keeping.ttl_seconds, keeping.lease_seconds, keeping.max_events),
            *(self.leases.fence(session_id), f"{age:.6f}", SCHEMA),
            *(json.dumps(first), json.dumps(latest)),
        ]
        for write in group:
            entry = write.entry and self.sealing.seal(session_id, "entry", write.entry)
            arguments += [write.number, write.kind, entry]
        return arguments


def is_fenced(error: Exception) -> bool:
    """Another worker has the session: dropped for good."""
    return str(error).startswith(FENCED)


def will_pass(error: Exception) -> bool:
    """Worth sending again: Redis is away, full, read-only or moving; not: it refuses this write."""
    return isinstance(error, PASSING) or str(error).startswith(PASSING_CODES)
