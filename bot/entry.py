"""Who may come in: a key, a token, from where, how often.

    let_in   opens a session: origin ─► key or token ─► room ─► rate ─► the token is spent
    known    asks about one: key or token
    metered  reads the metrics: their own key, or one of the others
    operates looks at the console: TURNWISE_OPERATOR_KEY; without one, a key, and its own calls

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

TELEPHONE = "telephone"
"""Who owns the sessions of telephone calls, whose callers have no key."""
OPERATOR = "operator"
"""Whoever has TURNWISE_OPERATOR_KEY: all sessions are theirs to see, and to end."""
_BEARER = "bearer "


@dataclass(frozen=True)
class Visitor:
    """Somebody who may come in."""

    owner: str
    """Which key let them in: no secret, the same each time; "" where none is asked for."""
    session_id: str | None = None
    """The one session that a token opens; None with a key."""
    token: Token | None = field(default=None, repr=False, compare=False)

    def owns(self, session_id: str, owner: str) -> bool:
        """Whether a session of `owner` is theirs. Calls by telephone are the operator's: of all
        who have one of the server's keys, and of nobody with a token."""
        if self.session_id is None and (owner == TELEPHONE or self.owner == OPERATOR):
            return True
        return owner == self.owner and self.session_id in (None, session_id)


@dataclass
class Entry:
    """What the doors of one process share."""

    settings: Settings
    keys: Keys
    metrics_keys: Keys
    operator_keys: Keys
    tokens: Tokens
    rates: Rates
    now: Callable[[], float] = time.monotonic

    @classmethod
    def of(cls, settings: Settings, store: SessionStore) -> "Entry":
        """As the settings say."""
        metrics, operator = settings.metrics_key, settings.operator_key
        return cls(
            settings,
            Keys.of(settings.api_keys),
            Keys.of([metrics.get_secret_value()] if metrics else []),
            Keys.of([operator.get_secret_value()] if operator else []),
            Tokens(functools.partial(token_secret, settings, store), store, settings.token_seconds),
            Rates(settings.new_sessions_per_minute),
        )

    async def who(self, connection: HTTPConnection) -> Visitor:
        """By key or unspent token. Raises HTTP 401."""
        given = _bearer(connection)
        owner, operator = self.keys.owner(given), self.operator_keys.owner(given)
        if operator is not None or owner is not None:
            return Visitor(OPERATOR if operator is not None else owner or "")
        in_url = connection.query_params.get("token") if _is_websocket(connection) else None
        token = await self.tokens.read(in_url or given.decode("latin-1"))
        if token and token.owner in (
            (self.keys.owners or {""}) | ({OPERATOR} if self.operator_keys else set())
        ):  # a key that was removed lets none in
            return Visitor(token.owner, token.about or token.session_id, token)
        if self.keys or in_url:
            raise _unknown(connection)
        return Visitor("")

    async def issue(self, visitor: Visitor, about: str = "") -> tuple[str, str]:
        """A new session's id, and a token that opens it for the visitor. Raises HTTP 403.

        about: a session, by its client's name, that the token takes up instead.
        """
        if visitor.token:
            raise HTTPException(403, "A token can't get others: send one of the server's keys.")
        session_id = new_session_id()
        return session_id, await self.tokens.issue(session_id, visitor.owner, about)

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


async def operates(connection: HTTPConnection) -> Visitor:
    """Whoever may look at the console. Raises HTTP 401, 403."""
    entry: Entry = connection.app.state.entry
    visitor = await known(connection)
    if visitor.token:
        raise HTTPException(403, "A token is for one session: send a key.")
    if entry.operator_keys and visitor.owner != OPERATOR:
        raise HTTPException(
            401,
            "Send `Authorization: Bearer KEY` with TURNWISE_OPERATOR_KEY.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return visitor


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
