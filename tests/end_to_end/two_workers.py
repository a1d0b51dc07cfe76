"""Two workers on one store, of which the first dies as if it were killed."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from websockets.exceptions import ConnectionClosed

from bot.engine import Engine
from bot.store import SessionStore
from rag_index.quoting import GroundedAnswer
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client, orchestrate
from tests.end_to_end.answerers import answered_by

PIECES = (
    "The fee for all domestic applicants is sixty dollars.",
    "It is due on the first Friday of February.",
    "You can pay it by card, or by bank transfer.",
)
QUESTION = "How much is the application fee for a first-year student?"


class Mortal:
    """A store that its worker no longer reaches once it is dead; what was written is there."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store
        self.dead = False

    def append(self, session_id: str, entry: Mapping[str, Any]) -> None:
        if not self.dead:
            self._store.append(session_id, entry)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


@dataclass
class Answerer:
    """Says three sentences to every question, once it may."""

    may: threading.Event

    def answer(self, *_: object, **__: object) -> GroundedAnswer:
        self.may.wait(20)
        return GroundedAnswer(" ".join(PIECES), PIECES, (), 1.0, answered=True)

    def ahead(self, *_: object) -> None:
        """Nothing is read ahead."""


def answering(engine: Engine, *, stuck: bool = False) -> tuple[Engine, threading.Event]:
    """The engine with that answerer; `stuck`: until the event is set."""
    may = threading.Event()
    if not stuck:
        may.set()
    return answered_by(engine, Answerer(may)), may


@dataclass
class Two:
    """The workers, and the client's connection to the first."""

    one: Doors
    other: Doors
    mortal: Mortal

    @asynccontextmanager
    async def killed(self, **how: Any) -> AsyncIterator[Client]:
        """A session of the first worker, which dies at the end: no word, no write."""
        opening = orchestrate(self.one)
        client = await opening.__aenter__()
        await client.start(**how)
        yield client
        await self.mortal._store.flush()
        self.mortal.dead = True
        client.line.transport.abort()
        with suppress(ConnectionClosed):
            await opening.__aexit__(None, None, None)


@asynccontextmanager
async def two_workers(
    store: SessionStore, engine: Engine, *, stuck: bool = False
) -> AsyncIterator[Two]:
    """stuck: the first one's answers never come."""
    mortal = Mortal(store)
    slow, may = answering(engine, stuck=stuck)
    quick, _ = answering(engine)
    async with doors(mortal, slow) as one, doors(store, quick) as other:  # type: ignore[arg-type]
        try:
            yield Two(one, other, mortal)
        finally:
            may.set()


def pieces(client: Client) -> list[str]:
    """What the caller began to hear, piece by piece."""
    return [m["text"] for m in client.messages if m["type"] == "response_ready"]


def final(client: Client, role: str) -> list[str]:
    """The whole texts that the client was told."""
    told = [m for m in client.messages if m["type"] == "transcript" and m["final"]]
    return [m["text"] for m in told if m["role"] == role]


async def heard_pieces(store: SessionStore, session_id: str) -> str:
    """The pieces of the reply under way that were heard, as it is kept."""
    record = await store.read(session_id)
    assert record is not None
    assert record.context is not None
    return (record.context["talk"]["reply"] or {}).get("heard", "")
