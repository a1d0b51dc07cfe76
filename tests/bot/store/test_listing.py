"""What an operator looks at, on each kind of server."""

import time
from typing import Any

import pytest

from bot.store import EmbeddedValkey, Keeping, SessionStore, open_store
from bot.store.listing import UNANSWERED

pytestmark = pytest.mark.asyncio
OLD, OTHER = bytes(32), bytes([1]) * 32


def question(turn: int, text: str | None, at: float | None = None, **more: Any) -> dict[str, Any]:
    said = {} if text is None else {"text": text}
    return {"kind": "unanswered", "turn": turn, "at": at or time.time(), **said, **more}


def ledger(turn: int, total: float) -> dict[str, Any]:
    return {"kind": "ledger", "turn": turn, "at": time.time(), "total_ms": total, "ledger": []}


async def test_the_calls_of_all_workers_are_listed(store: SessionStore, rival: SessionStore):
    """With door, state, turn and latency; those that are over or forgotten are not."""
    now = time.time()
    for i, (one, name) in enumerate([(store, "s:1"), (rival, "s2"), (store, "over"), (rival, "x")]):
        await one.open(name, now=now + i, owner="key")
        begun = {"kind": "begun", "turn": 0, "at": now, "door": "telephone"}
        one.append(name, begun)
    store.append("s:1", {"kind": "transition", "turn": 2, "to": "SPEAKING", "at": now})
    store.append("s:1", ledger(2, 431.5))
    store.release("over")
    await rival.forget("x")
    await store.flush()
    await rival.flush()
    found = await store.overview.live()
    assert [one.session_id for one in found] == ["s:1", "s2"]
    assert [one.holder for one in found] == [store.worker, rival.worker]
    first = found[0]
    assert (first.state, first.turn, first.door) == ("SPEAKING", 2, "telephone")
    assert (first.latency_ms, first.owner, first.context) == (431.5, "key", None)


async def test_a_worker_that_is_gone_is_not_believed_for_longer_than_its_lease(
    embedded: EmbeddedValkey, tmp_path: Any
):
    """Its calls leave the list by themselves."""
    one = await open_store(embedded.url, tmp_path, Keeping(lease_seconds=1))
    other = await open_store(embedded.url, tmp_path)
    await one.open("s", now=time.time())
    assert len(await other.overview.live()) == 1
    await one._writer.stop()  # as if it were killed: nothing is renewed
    while await other.overview.live():
        pass
    await one._control.close()
    await other.close()


async def test_the_events_of_a_session_are_read_from_where_one_was(store: SessionStore):
    """Each once, in pages."""
    await store.open("s", now=1.0)
    entries = [{"kind": "transition", "turn": i, "to": "IDLE", "at": 1.0} for i in range(5)]
    for entry in entries[:3]:
        store.append("s", entry)
    await store.flush()
    first = await store.overview.after("s", "", 2)
    rest = await store.overview.after("s", first[-1][0], 9)
    assert [e for _, e in [*first, *rest]] == entries[:3]
    for entry in entries[3:]:
        store.append("s", entry)
    await store.flush()
    assert [e for _, e in await store.overview.after("s", rest[-1][0], 9)] == entries[3:]


async def test_unanswered_questions_are_kept_and_forgotten_with_their_session(
    store: SessionStore,
):
    """Whose id begins as another's does, or holds what separates them."""
    for name in ("s", "s|1", "s2"):
        await store.open(name, now=1.0)
        store.append(name, question(1, f"asked | in {name}", owner="key"))
    store.append("s2", question(2, None))  # words are not kept
    await store.flush()
    found = await store.overview.unanswered(0)
    assert {(o.session_id, o.turn, o.owner, o.text) for o in found} == {
        (name, 1, "key", f"asked | in {name}") for name in ("s", "s|1", "s2")
    }
    await store.forget("s")
    assert {o.session_id for o in await store.overview.unanswered(0)} == {"s|1", "s2"}
    assert await store.overview.unanswered(time.time() + 60) == []


async def test_old_questions_go_and_none_are_kept_where_that_is_off(
    embedded: EmbeddedValkey, tmp_path: Any
):
    """By the days that are set; 0 keeps none."""
    for days, expected in ((3, ["today"]), (0, [])):
        store = await open_store(embedded.url, tmp_path, Keeping(unanswered_days=days))
        await store._client.flushall()
        await store.open("s", now=1.0)
        store.append("s", question(1, "last week", at=time.time() - 7 * 86_400))
        store.append("s", question(2, "today"))
        await store.flush()
        assert [o.text for o in await store.overview.unanswered(0)] == expected
        assert await store._client.ttl(UNANSWERED) <= days * 86_400
        await store.close()


async def test_questions_are_encrypted_like_everything_that_was_said(
    embedded: EmbeddedValkey, tmp_path: Any
):
    """Who lacks the key sees none."""
    store = await open_store(embedded.url, tmp_path, Keeping(keys=(OLD,)))
    await store.open("s", now=1.0)
    store.append("s", question(1, "secret words"))
    await store.flush()
    assert "secret" not in str(await store._client.zrange(UNANSWERED, 0, -1))
    assert [o.text for o in await store.overview.unanswered(0)] == ["secret words"]
    other = await open_store(embedded.url, tmp_path, Keeping(keys=(OTHER,)))
    assert await other.overview.unanswered(0) == []
    await other.close()
    await store.close()


async def test_latency_and_load_say_nothing_of_whose_calls_they_were(store: SessionStore):
    """And outlive them."""
    before = time.time() - 1
    for name in ("one-call", "two-call"):
        await store.open(name, now=1.0)
    store.append("one-call", ledger(1, 400.0))
    store.append("one-call", {"kind": "ledger", "turn": 2, "at": 1.0, "total_ms": 0.0})
    store.append("two-call", ledger(1, 500.0))
    await store.flush()
    await store._writer._delivery.renew()
    await store.forget("one-call")
    assert sorted(ms for _, ms in await store.overview.turns(before)) == [400.0, 500.0]
    assert max(one.calls for one in await store.overview.load(before)) == 2
    names = [name async for name in store._client.scan_iter("*") if "session::" in name]
    for name in names:
        assert "one-call" not in str(await store._client.zrange(name, 0, -1))
