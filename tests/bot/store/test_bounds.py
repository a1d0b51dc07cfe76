"""A session's stream keeps the latest entries, about as many as set."""

from pathlib import Path
from typing import Any

import pytest

from bot.store import EmbeddedValkey, Keeping, open_store


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": 1.0}


@pytest.mark.parametrize(("most", "least", "at_most"), [(200, 200, 300), (0, 1000, 1000)])
async def test_a_long_stream_is_trimmed(
    embedded: EmbeddedValkey, tmp_path: Path, most: int, least: int, at_most: int
):
    """The oldest go, and none of the latest; the record still counts them all. 0: none go."""
    store = await open_store(embedded.url, tmp_path, Keeping(max_events=most))
    for turn in range(1000):
        store.append("s1", entry(turn))
    turns = [event["turn"] for event in await store.events("s1")]
    assert least <= len(turns) <= at_most
    assert turns == list(range(1000 - len(turns), 1000))
    record = await store.read("s1")
    assert record
    assert record.counters == {"transition": 1000}
    await store.close()
