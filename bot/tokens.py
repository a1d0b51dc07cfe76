"""Short-lived tokens: signed, for one session each, good once.

POST /api/sessions ─► issue ─► token ─► read, spend ─► the session is open
"""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.signing import Signer
from bot.store import StoreUnreachable

MOST_SPENT = 100_000  # remembered at once, about 10 MB


class Ledger(Protocol):
    """What is shared by all workers."""

    async def claim(self, name: str, seconds: int) -> bool:
        """True for the first who asks for `name`. Raises StoreUnreachable."""
        ...


@dataclass(frozen=True)
class Token:
    """What a token says, once its signature has been checked."""

    session_id: str
    owner: str
    expires: float
    """Unix seconds."""
    about: str = ""
    """What else it is bound to, such as a telephone call's id."""


@dataclass
class Tokens:
    """Makes and takes tokens. `secret` gives the signing key, the same in all workers."""

    secret: Callable[[], Awaitable[str]]
    ledger: Ledger
    seconds: int = 60
    wall_clock: Callable[[], float] = time.time
    _spent: OrderedDict[str, float] = field(default_factory=OrderedDict[str, float])

    def __post_init__(self) -> None:
        self._signer = Signer(self.secret, "turnwise session")

    async def issue(self, session_id: str, owner: str, about: str = "") -> str:
        """A token that opens this session, within `seconds` from now."""
        said = {"s": session_id, "o": owner, "e": self.wall_clock() + self.seconds, "a": about}
        return await self._signer.sign(said)

    async def read(self, text: str) -> Token | None:
        """What it says; None: it isn't ours, or it has expired."""
        said = await self._signer.read(text)
        if said is None:
            return None
        token = Token(said["s"], said["o"], said["e"], said.get("a", ""))
        return token if self.wall_clock() < token.expires else None

    async def spend(self, token: Token) -> bool:
        """True the first time, in whichever worker. While the store is away: in this one."""
        if not self._remember(token):
            return False
        left = max(1, round(token.expires - self.wall_clock()) + 1)
        try:
            return await self.ledger.claim(f"token:{token.session_id}", left)
        except StoreUnreachable:
            return True

    def _remember(self, token: Token) -> bool:
        now = self.wall_clock()
        while self._spent and next(iter(self._spent.values())) <= now:
            self._spent.popitem(last=False)
        if token.session_id in self._spent or len(self._spent) >= MOST_SPENT:
            return False
        self._spent[token.session_id] = token.expires
        return True
