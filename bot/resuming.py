"""How a session is taken up again: its token, and what it had come to."""

import functools
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from bot.session import Past
from bot.settings import Settings
from bot.store import SessionRecord, SessionStore, StoreUnreachable
from bot.token_secret import token_secret
from conversation.memory import Memory

LONGEST = 1024  # characters of a token


@dataclass(frozen=True)
class Resuming:
    """Makes and takes resume tokens: as good as the record in the store, and its owner's alone."""

    store: SessionStore
    secret: Callable[[], Awaitable[str]]

    @classmethod
    def of(cls, settings: Settings, store: SessionStore) -> "Resuming":
        """As the settings say."""
        return cls(store, functools.partial(token_secret, settings, store))

    async def token(self, session_id: str, named: str, owner: str) -> str:
        """session_id: in the store; named: as the client knows it."""
        return str((await self._signer()).dumps([session_id, named, owner]))

    async def read(self, token: str, owner: str) -> tuple[str, str] | None:
        """The session's id in the store and as its client knows it; None: not theirs, or gone."""
        if len(token) > LONGEST:
            return None
        try:
            said: Any = (await self._signer()).loads(token)
        except BadData:
            return None
        session_id, named, whose = said
        if whose != owner or await self.record(session_id, owner) is None:
            return None
        return session_id, named

    async def record(self, session_id: str, owner: str) -> SessionRecord | None:
        """The owner's own record."""
        record = await self.store.read(session_id)
        return record if record and record.owner == owner else None

    async def own_id(self, named: str, owner: str) -> str:
        """The id in the store of the session that this owner calls `named`.

        Two owners may use the same name, and neither learns of the other's session.
        """
        try:
            record = await self.store.read(named)
        except StoreUnreachable:
            return named
        return named if record is None or record.owner == owner else f"{named}~{owner}"

    async def past(self, session_id: str, owner: str) -> Past:
        """What the session had come to; nothing for a new one, or while the store is away."""
        try:
            record = await self.record(session_id, owner)
            entries = await self.store.events(session_id) if record else []
        except StoreUnreachable:
            return Past()
        return Past(record.turn, Memory.replayed(entries)) if record else Past()

    async def _signer(self) -> URLSafeSerializer:
        return URLSafeSerializer(
            await self.secret(),
            salt="turnwise resume",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )
