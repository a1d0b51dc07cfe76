"""How a session is taken up again: its token, and what it had come to."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import HTTPException

from bot.entry import TELEPHONE, Visitor
from bot.settings import Settings
from bot.signing import Signer
from bot.store import SessionRecord, SessionStore, StoreUnreachable
from bot.token_secret import token_secret
from conversation.keeping import context_of
from conversation.memory import Memory


@dataclass(frozen=True)
class Resuming:
    """Makes and takes resume tokens: as good as the record in the store, and its owner's alone."""

    store: SessionStore
    signer: Signer

    @classmethod
    def of(cls, settings: Settings, store: SessionStore) -> "Resuming":
        """As the settings say."""
        secret = functools.partial(token_secret, settings, store)
        return cls(store, Signer(secret, "turnwise resume"))

    async def token(self, session_id: str, named: str, owner: str) -> str:
        """session_id: in the store; named: as the client knows it."""
        return await self.signer.sign([session_id, named, owner])

    async def token_of(self, record: SessionRecord, named: str) -> str:
        """For whoever opened the session; "" for one that the store doesn't know: it is away."""
        if not record.stored:
            return ""
        return await self.token(record.session_id, named, record.owner)

    async def read(self, token: str, owner: str) -> tuple[str, str] | None:
        """The session's id in the store and as its client knows it; None: not theirs, or gone."""
        said = await self.signer.read(token)
        if said is None or said[2] != owner:
            return None
        session_id, named, _ = said
        record = await self.store.read(session_id)
        return (session_id, named) if record and record.owner == owner else None

    async def asked_for(self, token: object, visitor: Visitor) -> tuple[str, str] | None:
        """As `read`, of whatever a client sent; None also if it is not for this visitor."""
        found = await self.read(token, visitor.owner) if isinstance(token, str) else None
        return found if found and visitor.session_id in (None, found[1]) else None

    async def call_token(self, session_id: str, call: str) -> str:
        """For the session of a telephone call, and good for that call alone."""
        return await self.token(session_id, call, TELEPHONE)

    async def of_call(self, token: str, call: str) -> str | None:
        """The session of a telephone call. Raises StoreUnreachable."""
        found = await self.read(token, TELEPHONE)
        return found[0] if found and found[1] == call else None

    async def own_id(self, named: str, owner: str) -> str:
        """The id in the store of the session that this owner calls `named`.

        Two owners may use the same name, and neither learns of the other's session.
        """
        try:
            record = await self.store.read(named)
        except StoreUnreachable:
            return named
        return named if record is None or record.owner == owner else f"{named}~{owner}"

    async def past(self, record: SessionRecord) -> Mapping[str, Any] | None:
        """The context that the session goes on with; None: it is new, or the store is away."""
        if record.context or not record.turn:
            return record.context
        try:
            entries = await self.store.events(record.session_id)
        except StoreUnreachable:
            return None
        return context_of(record.turn, Memory.replayed(entries))


def require(found: tuple[str, str] | None) -> tuple[str, str]:
    """Raises HTTP 404: there is no such session to be taken up."""
    if found is None:
        raise HTTPException(
            404, "This `resume_token` is not known or has expired: start another session."
        )
    return found
