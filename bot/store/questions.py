"""What is asked of Redis while somebody waits: each answered within seconds, or refused."""

import json
from collections.abc import Callable
from typing import Any

from loguru import logger

from bot.store.breaker import Breaker
from bot.store.connection import FAILED, UNREACHED, Client
from bot.store.errors import StoreSealed, StoreUnreachable
from bot.store.keys import Keys
from bot.store.operations import Operations
from bot.store.records import FIELDS_WITH_WORDS, SessionRecord, record_from
from bot.store.sealing import Sealing


class Questions:
    """All raise StoreUnreachable: at once after some failures in a row, until the breaker closes.

    where: for people, where Redis is.
    """

    def __init__(
        self,
        client: Client,
        sealing: Sealing,
        breaker: Breaker,
        operations: Operations | None = None,
        *,
        where: str,
    ) -> None:
        self._client = client
        self._sealing = sealing
        self._breaker = breaker
        self._operations = operations or Operations()
        self._where = where

    async def record(self, session_id: str, keys: Keys) -> SessionRecord | None:
        """Words that were encrypted with a key that we don't have are left out."""
        fields = await self.ask(lambda: self._client.hgetall(keys.record))
        for name in FIELDS_WITH_WORDS & fields.keys():
            try:
                fields[name] = self._opened(session_id, name, fields[name])
            except StoreSealed:
                del fields[name]
        return record_from(session_id, fields) if fields else None

    async def entries(self, session_id: str, keys: Keys) -> list[dict[str, Any]]:
        """Raises StoreSealed without the key that they were encrypted with."""
        rows = await self.ask(lambda: self._client.xrange(keys.events))
        return [json.loads(self._opened(session_id, "entry", row["entry"])) for _, row in rows]

    async def set_first(self, name: str, value: str, seconds: int | None = None) -> bool:
        """Whether `name` was not set before."""
        return bool(await self.ask(lambda: self._client.set(name, value, nx=True, ex=seconds)))

    async def get(self, name: str) -> str:
        """What was set."""
        return str(await self.ask(lambda: self._client.get(name)))

    def _opened(self, session_id: str, field: str, text: str) -> str:
        try:
            return self._sealing.open(session_id, field, text)
        except StoreSealed as error:
            logger.bind(session=session_id, reason=str(error)).error("store_sealed")
            raise

    async def ask(self, question: Callable[[], Any]) -> Any:
        """What it answers."""
        if self._breaker.is_open:
            raise StoreUnreachable(f"{self._where} does not answer; try again when it is back")
        try:
            with self._operations.timed("ask"):
                answer = await question()
        except FAILED as error:
            if isinstance(error, UNREACHED):
                self._breaker.failed()
            raise StoreUnreachable(
                f"{self._where} does not answer ({type(error).__name__}); try again when it is back"
            ) from error
        self._breaker.succeeded()
        return answer
