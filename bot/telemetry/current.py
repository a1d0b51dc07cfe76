"""Which call the running code works for: for its logs, and for the requests that it makes.

Set where a call's task begins; every task that the call starts inherits it.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol


class Trace(Protocol):
    """Where a call's spans go, as far as others must know it."""

    @property
    def id(self) -> str:
        """32 hexadecimal digits."""
        ...

    def headers(self, turn: int) -> Mapping[str, str]:
        """W3C Trace Context for a request that is made for the turn."""
        ...


@dataclass
class Current:
    """A call, and the turn that it is at."""

    session: str
    door: str = "local"
    turn: int = 0
    trace: Trace | None = field(default=None, repr=False)


current: ContextVar[Current | None] = ContextVar("turnwise_call", default=None)

came_with: ContextVar[Mapping[str, str]] = ContextVar("turnwise_peer", default={})  # noqa: B039
"""Headers of the request that a call came in by, if they say what it is a part of."""


def outgoing() -> Mapping[str, str]:
    """Headers for a request of ours: what it is a part of, if that is traced."""
    call = current.get()
    return call.trace.headers(call.turn) if call and call.trace else {}


async def traced(request: Any) -> None:
    """The same for a request of httpx, as its event hook."""
    request.headers.update(outgoing())
