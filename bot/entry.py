"""Who may come in: a key, a token, from where, how often.

    let_in   opens a session: origin ─► key or token ─► room ─► rate ─► the token is spent
    known    asks about one: key or token
    metered  reads the metrics: their own key, or one of the others

Each is a FastAPI dependency for HTTP and WebSocket routes alike, and raises HTTPException; to a
WebSocket that is an HTTP answer before the upgrade.
"""

import functools
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException
from starlette.requests import HTTPConnection

from bot.keys import Keys
from bot.origins import may_come
from bot.rates import Rates
from bot.settings import Settings
from bot.store import SessionStore
from bot.token_secret import token_secret
from bot.tokens import Token, Tokens

_BEARER = "bearer "


@dataclass(frozen=True)
class Visitor:
    """Somebody who may come in."""

    owner: str
    """Which key let them in: no secret, the same each time; "" where none is asked for."""
    session_id: str | None = None
    """The one session that a token opens; None with a key."""
    token: Token | None = field(default=None, repr=False, compare=False)


@dataclass
class Entry:
    """What the doors of one process share."""

    settings: Settings
    keys: Keys
    metrics_keys: Keys
    tokens: Tokens
    rates: Rates
    now: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, settings: Settings, store: SessionStore) -> "Entry":
        """As the settings say."""
        own = settings.metrics_key
        return cls(
            settings,
            Keys.of(settings.api_keys),
            Keys.of([own.get_secret_value()] if own else []),
            Tokens(functools.partial(token_secret, settings, store), store, settings.token_seconds),
            Rates(settings.new_sessions_per_minute),
        )

    async def who(self, connection: HTTPConnection) -> Visitor:
        """By key or unspent token. Raises HTTP 401."""
        given = _bearer(connection)
        if (owner := self.keys.owner(given)) is not None:
            return Visitor(owner)
        in_url = connection.query_params.get("token") if _is_websocket(connection) else None
        token = await self.tokens.read(in_url or given.decode("latin-1"))
        if token:
            return Visitor(token.owner, token.session_id, token)
        if self.keys or in_url:
            raise _unknown(connection)
        return Visitor("")

    def check_origin(self, connection: HTTPConnection) -> None:
        """Raises HTTP 403 for a browser on somebody else's page."""
        settings, headers = self.settings, connection.headers
        open_here = not self.keys and not settings.open
        origin, host = headers.get("origin"), headers.get("host", "")
        if not may_come(origin, host, settings.origins, loopback_only=open_here):
            raise HTTPException(
                403,
                "Pages of this origin may not call here: the server's operator can add it to "
                "TURNWISE_ORIGINS.",
            )

    def check_rate(self, connection: HTTPConnection) -> None:
        """Raises HTTP 429 for an address that opens sessions too fast."""
        address = connection.client.host if connection.client else ""
        if wait := self.rates.wait(address, now=self.now()):
            raise HTTPException(
                429,
                f"Too many new sessions from this address: try again in {wait} seconds.",
                headers={"Retry-After": str(wait)},
            )


async def let_in(connection: HTTPConnection) -> Visitor:
    """Whoever may open a session. A token is used up by this.

    Raises HTTPException: 401, 403 (origin), 429 (too many from this address, or of this key), 503
    (no room), each with what to do.
    """
    entry: Entry = connection.app.state.entry
    entry.check_origin(connection)
    visitor = await entry.who(connection)
    connection.app.state.calls.check_room(visitor.owner)
    entry.check_rate(connection)
    if visitor.token and not await entry.tokens.spend(visitor.token):
        raise HTTPException(
            401,
            "This token was used already: get another one from POST /api/sessions.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return visitor


async def known(connection: HTTPConnection) -> Visitor:
    """Whoever may ask about sessions: nothing is opened, and a token is not used up."""
    entry: Entry = connection.app.state.entry
    entry.check_origin(connection)
    return await entry.who(connection)


async def metered(connection: HTTPConnection) -> None:
    """Whoever may read the metrics: with TURNWISE_METRICS_KEY or one of TURNWISE_API_KEYS."""
    entry: Entry = connection.app.state.entry
    given = _bearer(connection)
    owners = [keys.owner(given) for keys in (entry.metrics_keys, entry.keys)]
    if (entry.keys or entry.metrics_keys) and not any(owners):
        raise HTTPException(
            401,
            "Send `Authorization: Bearer KEY` with TURNWISE_METRICS_KEY or one of the server's "
            "keys.",
            headers={"WWW-Authenticate": "Bearer"},
        )


def new_session_id() -> str:
    """An id nobody can guess."""
    return secrets.token_urlsafe(12)


def _bearer(connection: HTTPConnection) -> bytes:
    """What follows `Authorization: Bearer`, as it came over the line; empty if nothing does."""
    header = connection.headers.get("authorization", "")
    if not header.lower().startswith(_BEARER):
        return b""
    return header[len(_BEARER) :].strip().encode("latin-1")


def _is_websocket(connection: HTTPConnection) -> bool:
    scope: Any = connection.scope
    return scope["type"] == "websocket"


def _unknown(connection: HTTPConnection) -> HTTPException:
    by_url = ", or `?token=` with one," if _is_websocket(connection) else ""
    return HTTPException(
        401,
        "Send `Authorization: Bearer KEY` with one of the server's keys, or with a token from "
        f"POST /api/sessions{by_url} that is new and not used yet.",
        headers={"WWW-Authenticate": "Bearer"},
    )
