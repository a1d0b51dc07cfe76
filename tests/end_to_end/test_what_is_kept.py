"""What the store keeps of what was said: redacted, or nothing, and never less to the caller."""

import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import doors
from tests.bot.orchestrate_client import orchestrate
from tests.end_to_end.conftest import assert_replays

pytestmark = pytest.mark.slow

HOUSING = "What is the phone number of the housing office?"
MINE = "My number is five five five oh one four two, robin at example dot com"


async def test_numbers_are_heard_and_not_kept(store: SessionStore, engine: Engine):
    """The caller is told the number and asked about theirs; the store has placeholders."""
    async with doors(store, engine, redact=True) as door, orchestrate(door) as client:
        session_id = (await client.start())["session_id"]
        await client.ask(HOUSING)
        told = await client.until("transcript", role="agent", final=True)
        assert "0163" in told["text"]
        await client.until("turn_complete")
        await client.ask(MINE)
        await client.until("turn_complete")
        heard = [m for m in client.messages if m["type"] == "transcript" and m["role"] == "user"]
        assert heard[-1]["text"] == MINE
    await store.flush()
    entries = await store.events(session_id)
    kept = [e["text"] for e in entries if e["kind"] in ("transcript", "answer")]
    assert kept[0] == HOUSING
    assert "[number]" in kept[1]
    assert kept[2] == "My number is [number], [e-mail]"
    assert "0163" not in str(entries)
    assert "example" not in str(entries)
    assert_replays(entries)


async def test_with_transcripts_off_no_word_is_kept(store: SessionStore, engine: Engine):
    """And the conversation is replayed all the same."""
    given = {"store_transcripts": False}
    async with doors(store, engine, **given) as door, orchestrate(door) as client:
        session_id = (await client.start())["session_id"]
        await client.ask(MINE)
        await client.until("turn_complete")
    await store.flush()
    entries = await store.events(session_id)
    assert {"begun", "transition", "transcript", "answer", "ledger"} <= {e["kind"] for e in entries}
    assert "number" not in str(entries)
    assert_replays(entries)
