"""The script goes over the line once; a Redis that has lost it gets it again."""

from typing import Any

import pytest

from bot.store import SessionStore

pytestmark = pytest.mark.asyncio


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": 1.0}


async def _calls(store: SessionStore) -> dict[str, int]:
    told = await store._client.info("commandstats")
    return {name: told.get(f"cmdstat_{name}", {}).get("calls", 0) for name in ("eval", "evalsha")}


async def _forget_scripts(store: SessionStore) -> None:
    await store._client.script_flush()
    await store._client.config_resetstat()


async def test_the_text_is_sent_once(store: SessionStore):
    """The writes after it name the script by its hash."""
    await _forget_scripts(store)
    for turn in range(5):
        store.append("s1", entry(turn))
        await store.flush()
    assert await _calls(store) == {"eval": 1, "evalsha": 5}


async def test_a_redis_that_lost_the_script_writes_all_the_same(store: SessionStore):
    """One session or many at once, after a restart."""
    for _ in range(2):
        await _forget_scripts(store)
        for name in "abc":
            store.append(name, entry(1))
        assert await store.flush()
    await _forget_scripts(store)
    store.append("a", entry(2))
    assert [event["turn"] for event in await store.events("a")] == [1, 1, 2]
    assert [event["turn"] for event in await store.events("c")] == [1, 1]
    assert store.dropped == 0
