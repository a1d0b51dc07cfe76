"""How long, how much and how secretly sessions are kept."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.keys import cipher_keys

if TYPE_CHECKING:
    from bot.settings import Settings


@dataclass(frozen=True)
class Keeping:
    """What the settings say of the store.

    ttl_seconds: how long a session can be resumed after its last write.
    lease_seconds: how long a worker has a session that it neither writes to nor renews.
    max_events: entries of a session's stream, roughly, the oldest are dropped; 0: no bound.
    unanswered_days: how long questions are kept that the documents don't answer; 0: not at all.
    keys: of 32 bytes, that words are encrypted with (the first) and decrypted with (all).
    """

    ttl_seconds: int = 86_400
    lease_seconds: int = 10
    max_events: int = 20_000
    unanswered_days: int = 14
    keys: tuple[bytes, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, settings: "Settings") -> "Keeping":
        """As the settings say."""
        secret = settings.store_key
        return cls(
            ttl_seconds=settings.session_ttl_seconds,
            lease_seconds=settings.lease_seconds,
            max_events=settings.max_events,
            unanswered_days=settings.unanswered_days,
            keys=tuple(cipher_keys(secret.get_secret_value())) if secret else (),
        )
