"""How a session is taken up again: its token, and what it had come to."""

import functools
from dataclasses import dataclass

from bot.session import Past
from bot.settings import Settings
from bot.signing import Signer
from bot.store import SessionRecord, SessionStore, StoreUnreachable
from bot.token_secret import token_secret
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

    async def read(self, token: str, owner: str) -> tuple[str, str] | None:
        """The session's id in the store and as its client knows it; None: not theirs, or gone."""
        said = await self.signer.read(token)
        if said is None or said[2] != owner:
            return None
        session_id, named, _ = said
        record = await self.store.read(session_id)
        return (session_id, named) if record and record.owner == owner else None

    async def own_id(self, named: str, owner: str) -> str:
        """The id in the store of the session that this owner calls `named`.

        Two owners may use the same name, and neither learns of the other's session.
        """
        try:
            record = await self.store.read(named)
        except StoreUnreachable:
            return named
        return named if record is None or record.owner == owner else f"{named}~{owner}"

    async def past(self, record: SessionRecord) -> Past:
        """What the session had come to; nothing for a new one, or while the store is away."""
        if not record.turn:
            return Past()
        try:
            entries = await self.store.events(record.session_id)
        except StoreUnreachable:
            return Past()
        return Past(record.turn, Memory.replayed(entries))
