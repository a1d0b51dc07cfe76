"""One round trip to Redis: groups of writes in, an outcome for each group out."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.exceptions import (
    AskError,
    AuthenticationError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
    TryAgainError,
)

from bot.store.backlog import FORGET, Write
from bot.store.connection import Client
from bot.store.keys import session_keys
from bot.store.records import first_fields

SCRIPT = Path(__file__).with_name("write.lua").read_text()

PASSING = (
    AskError,
    AuthenticationError,
    ClusterDownError,
    ConnectionError,
    MasterDownError,
    MovedError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,
    TryAgainError,
)
PASSING_CODES = ("MISCONF", "NOREPLICAS", "BUSY")


class Delivery:
    """Sends groups; each group is written whole or not at all, and once."""

    def __init__(self, client: Client, *, writer: str, ttl_seconds: int, cluster: bool) -> None:
        self._client = client
        self._writer = writer
        self._ttl = ttl_seconds
        self._cluster = cluster

    async def ping(self) -> None:
        await self._client.ping()

    async def send(self, groups: Sequence[Sequence[Write]]) -> list[Exception | None]:
        """What became of each group. Raises what redis-py raises if nothing can be said of any."""
        if len(groups) == 1:  # nearly always; a pipeline would cost 0.1 ms more
            return [await self._send_one(groups[0])]
        pipeline: Any = self._client.pipeline(transaction=False)
        for group in groups:
            pipeline.execute_command(*self._command(group))
        outcomes = await pipeline.execute(raise_on_error=False)
        return [outcome if isinstance(outcome, Exception) else None for outcome in outcomes]

    async def _send_one(self, group: Sequence[Write]) -> Exception | None:
        try:
            await self._client.execute_command(*self._command(group))
        except ResponseError as error:
            return error
        return None

    def _command(self, group: Sequence[Write]) -> list[str | int]:
        keys = session_keys(group[0].session_id, cluster=self._cluster)
        if group[0].kind == FORGET:
            return ["UNLINK", *keys]
        return ["EVAL", SCRIPT, 2, keys.record, keys.events, *self._arguments(group)]

    def _arguments(self, group: Sequence[Write]) -> list[str | int]:
        """As write.lua wants them."""
        latest: dict[str, str] = {}
        for write in group:
            latest |= write.fields
        first = first_fields(float(latest.get("updated", time.time())))
        if "owner" in latest:
            first["owner"] = latest.pop("owner")  # whoever comes later does not take it over
        arguments: list[str | int] = [self._writer, self._ttl, json.dumps(first)]
        arguments.append(json.dumps(latest))
        for write in group:
            arguments += [write.number, write.kind, write.entry]
        return arguments


def will_pass(error: Exception) -> bool:
    """Worth sending again: Redis is away, full, read-only or moving; not: it refuses this write."""
    return isinstance(error, PASSING) or str(error).startswith(PASSING_CODES)
