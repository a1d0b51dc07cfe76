"""A session has one worker: whoever opened it last, on each kind of server."""

import time
from typing import Any

import pytest

from bot.store import SessionStore
from bot.store.keys import session_keys

pytestmark = pytest.mark.asyncio

NOW = 1_795_480_351.25


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": NOW}


async def _turns(store: SessionStore) -> list[int]:
    return [event["turn"] for event in await store.events("s1")]


async def test_who_opens_a_session_has_it(store: SessionStore, rival: SessionStore):
    """The next worker gets it at once, though the lease of the one before has not run out."""
    first = await store.open("s1", now=NOW)
    second = await rival.open("s1", now=NOW + 1)
    assert (first.holder, second.holder) == (store.worker, rival.worker)
    assert second.fence == first.fence + 1
    assert first.lease > NOW
    assert second.lease >= first.lease


async def test_what_the_worker_before_writes_is_dropped_for_good(
    store: SessionStore, rival: SessionStore
):
    """It is told once, whatever it goes on to write; nothing is left to be sent."""
    lost: list[str] = []
    store.on_fenced(lost.append)
    await store.open("s1", now=NOW)
    store.append("s1", entry(1))
    await store.flush()
    await rival.open("s1", now=NOW)
    for turn in (7, 8):
        store.append("s1", entry(turn))
        assert await store.flush()
    store.release("s1")
    rival.append("s1", entry(2))
    assert await _turns(rival) == [1, 2]
    assert lost == ["s1"]
    assert (store.fenced, store.dropped, store.waiting) == (2, 0, 0)
    record = await rival.read("s1")
    assert record
    assert (record.holder, record.turn) == (rival.worker, 2)
    assert store.healthy


async def test_a_session_comes_back_to_a_worker_that_had_lost_it(
    store: SessionStore, rival: SessionStore
):
    """What it wrote in between stays dropped, and the call that has it now is not ended."""
    lost: list[str] = []
    store.on_fenced(lost.append)
    await store.open("s1", now=NOW)
    await rival.open("s1", now=NOW)
    store.append("s1", entry(7))  # not sent before the session is opened again
    await store.open("s1", now=NOW)
    store.append("s1", entry(3))
    assert await _turns(store) == [3]
    assert (lost, store.fenced) == ([], 1)
    rival.append("s1", entry(8))
    await rival.flush()
    assert await _turns(store) == [3]


async def test_an_opening_that_comes_late_takes_nothing_away(
    store: SessionStore, rival: SessionStore
):
    """Asked for before the other worker opened, delivered after: as from a worker that froze."""
    lost: list[str] = []
    store.on_fenced(lost.append)
    await rival.open("s1", now=NOW)
    store._backlog.opened("s1", NOW, since=time.monotonic() - 60)
    store.append("s1", entry(7))
    await store.flush()
    rival.append("s1", entry(1))
    assert await _turns(rival) == [1]
    assert lost == ["s1"]


async def test_after_the_call_nobody_holds_the_session(store: SessionStore):
    """Late entries, as of a webhook that answers slowly, are written all the same."""
    await store.open("s1", now=NOW)
    store.append("s1", entry(1))
    store.release("s1")
    store.release("never opened")
    store.append("s1", entry(2))
    record = await store.read("s1")
    assert record
    assert (record.holder, record.lease) == ("", 0.0)
    assert await _turns(store) == [1, 2]
    assert await store.read("never opened") is None
    assert store._writer._delivery.leases.held == []  # type: ignore[attr-defined]


async def test_an_opening_whose_answer_was_lost_counts_once(store: SessionStore):
    """Sent again, it finds itself done and still learns its fence."""
    delivery = store._writer._delivery
    store._backlog.opened("s1", NOW, since=time.monotonic())
    store._backlog.add("s1", entry(1))
    groups = store._backlog.take(10)
    store._backlog.settle()
    for _ in range(3):
        delivery.leases.lost("s1")  # type: ignore[attr-defined]
        assert await delivery.send(groups) == [None]
    record = await store.read("s1")
    assert record
    assert record.counters == {"opened": 1, "transition": 1}
    assert record.fence == delivery.leases.fence("s1")  # type: ignore[attr-defined]


async def test_two_workers_with_one_number_are_told_apart(store: SessionStore):
    """A fail-over can lose an opening, and give its number to the next worker that opens."""
    lost: list[str] = []
    store.on_fenced(lost.append)
    record = await store.open("s1", now=NOW)
    key = session_keys("s1", cluster=store._cluster).record
    await store._client.hset(key, "holder", "another worker")
    store.append("s1", entry(1))
    await store.flush()
    assert lost == ["s1"]
    found = await store.read("s1")
    assert found
    assert (found.fence, found.holder) == (record.fence, "another worker")


async def test_a_session_that_was_deleted_gets_no_number_twice(
    store: SessionStore, rival: SessionStore
):
    """Begun anew elsewhere, it is safe from who held the one of the same name before."""
    lost: list[str] = []
    store.on_fenced(lost.append)
    for _ in range(3):
        await store.open("s1", now=NOW)
    await rival.forget("s1")
    await rival.open("s1", now=NOW)
    store.append("s1", entry(7))
    await store.flush()
    assert lost == ["s1"]
    assert await _turns(rival) == []


async def test_a_record_of_schema_1_is_taken_over_as_it_is(store: SessionStore):
    """Written before there were fences: its words, its state and its owner stay."""
    keys = session_keys("s1", cluster=store._cluster)
    old = {
        "schema": "1", "state": "SPEAKING", "turn": "3", "created": "1.5", "updated": "2.5",
        "owner": "key", "count:opened": "1", "count:transition": "1", "writer": "w", "written": "9",
    }  # fmt: skip
    await store._client.hset(keys.record, mapping=old)
    await store._client.xadd(keys.events, {"entry": '{"kind":"transition","turn":3}'})
    found = await store.read("s1")
    assert found
    assert (found.fence, found.holder, found.schema) == (0, "", 2)
    record = await store.open("s1", now=NOW)
    assert (record.state, record.turn, record.created) == ("SPEAKING", 3, 1.5)
    assert (record.owner, record.holder, record.resumed) == ("key", store.worker, True)
    assert await store._client.hget(keys.record, "schema") == "2"
    store.append("s1", entry(4))
    assert await _turns(store) == [3, 4]
