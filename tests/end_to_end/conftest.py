"""Real models, the real sample help desk, real audio: loaded once for all these tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest

from benchmarks.spoken_questions import at_recognizers_rate
from bot.engine import Engine, load_engine
from bot.settings import Settings
from bot.store import SessionStore
from bot.talking import talk
from conversation.replaying import replay
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from rag_index.facts import canonical
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client, orchestrate
from tests.emulators.twilio_api import TwilioApi, twilio_api

ROOT = Path(__file__).parents[2]
AUDIO = ROOT.parent / "shared" / "audio"


@dataclass
class Heard:
    """What the client was told during a call, and what the caller heard."""

    messages: list[dict[str, Any]]
    reply: str
    entries: list[dict[str, Any]] = field(default_factory=list)

    def of(self, type_: str, **having: Any) -> list[dict[str, Any]]:
        """The messages of a type that carry these fields, in order."""
        return [m for m in self.messages if m["type"] == type_ and having.items() <= m.items()]

    @property
    def states(self) -> list[str]:
        """The states entered, in order."""
        return [m["to"] for m in self.of("state_change")]

    def says(self, fact: str) -> bool:
        """Whether the reply's audio carries the fact, however it is spelled."""
        return canonical(fact) in canonical(self.reply)


@pytest.fixture(scope="session")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample help desk's index."""
    folder = tmp_path_factory.mktemp("data")
    build([ROOT / "knowledge" / "documents"], folder / "index", MiniLMEncoder(threads=2))
    return folder


@pytest.fixture(scope="session")
def settings(data_folder: Path) -> Settings:
    return Settings(data=data_folder, knowledge=ROOT / "knowledge", _env_file=None)  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def engine(settings: Settings) -> Engine:
    return load_engine(settings)


@pytest.fixture
async def store(store: SessionStore) -> AsyncIterator[SessionStore]:
    """Every session that a test leaves in it is replayed, and must come to the same."""
    yield store
    await store.flush()
    streams = [name async for name in store._client.scan_iter("session:*:events")]
    for name in streams:
        kept = await store.events(unquote(name.split(":")[1]))
        assert_replays(kept)


def assert_replays(entries: Sequence[dict[str, Any]]) -> None:
    """The state machine comes to what was recorded."""
    result = replay(entries)
    assert (result.differences, result.missing) == ([], [])
    assert result.connections


@pytest.fixture
async def door(store: SessionStore, engine: Engine, settings: Settings) -> AsyncIterator[Doors]:
    async with doors(
        store, engine, data=settings.data, max_sessions=8, new_sessions_per_minute=0
    ) as opened:
        yield opened


@pytest.fixture
async def client(door: Doors) -> AsyncIterator[Client]:
    async with orchestrate(door) as opened:
        yield opened


@pytest.fixture
async def api() -> AsyncIterator[TwilioApi]:
    async with twilio_api() as opened:
        yield opened


Caller = Callable[..., Heard]


@pytest.fixture
def call(engine: Engine, settings: Settings) -> Caller:
    """Holds a call made of recordings, and listens to the reply by transcribing it."""

    def hold(*recordings: np.ndarray, **how: Any) -> Heard:
        messages: list[dict[str, Any]] = []
        entries: list[dict[str, Any]] = []
        audio = asyncio.run(_talk(engine, settings, recordings, messages, entries, how))
        assert_replays(entries)
        reply = engine.speech.recognizer.words(at_recognizers_rate(audio)) if audio else ""
        return Heard(messages, reply, entries)

    return hold


async def _talk(
    engine: Engine,
    settings: Settings,
    recordings: Sequence[np.ndarray],
    messages: list[dict[str, Any]],
    entries: list[dict[str, Any]],
    how: dict[str, Any],
) -> bytes:
    return await talk(
        engine, settings, recordings, on_message=messages.append,
        journal=lambda entry: entries.append(dict(entry)), **{"greet": False, **how},
    )  # fmt: skip
