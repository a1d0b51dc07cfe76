"""Sessions on each kind of server: what goes in comes out, lives as long as set, and can go."""

from typing import Any

import pytest

from bot.store import SessionStore
from bot.store.keys import session_keys

pytestmark = pytest.mark.asyncio

NOW = 1_795_480_351.25


def transition(turn: int, to: str = "LISTENING", at: float = NOW) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "from": "IDLE", "to": to, "at": at}


async def _keys_with(store: SessionStore, text: str) -> list[str]:
    return [key async for key in store._client.scan_iter("*") if text in key]


async def test_a_new_session_is_idle(store: SessionStore):
    """The first connection finds an idle conversation of turn 0."""
    record = await store.open("s1", now=NOW)
    assert (record.state, record.turn, record.created, record.updated) == ("IDLE", 0, NOW, NOW)
    assert record.stored
    assert not record.resumed


async def test_a_resumed_session_returns_what_was_written(store: SessionStore):
    """The second connection finds the state, the turn and every entry of the first."""
    await store.open("s1", now=NOW)
    said = {"kind": "transcript", "turn": 3, "text": "Grüße, 你好 \udcff", "at": NOW + 1}
    store.append("s1", said)
    store.append("s1", transition(4, to="SPEAKING", at=NOW + 2))
    record = await store.open("s1", now=NOW + 9)
    assert record.resumed
    assert (record.state, record.turn, record.created) == ("SPEAKING", 4, NOW)
    assert record.updated == NOW + 9
    assert record.counters == {"opened": 2, "transcript": 1, "transition": 1}
    assert await store.events("s1") == [said, transition(4, to="SPEAKING", at=NOW + 2)]


async def test_a_context_is_no_event(store: SessionStore):
    """The record has the last one; the stream none, however many there were."""
    await store.open("s1", now=NOW)
    for turn in (1, 2):
        store.append("s1", transition(turn))
        store.append("s1", {"kind": "context", "turn": turn, "at": NOW, "state": "LISTENING"})
    assert [entry["kind"] for entry in await store.events("s1")] == ["transition"] * 2
    record = await store.read("s1")
    assert record
    assert record.context == {"turn": 2, "state": "LISTENING"}


async def test_many_sessions_keep_their_own_order(store: SessionStore):
    """500 entries of 5 interleaved calls come back, each call's in the order it wrote them."""
    for turn in range(100):
        for call in "abcde":
            store.append(call, transition(turn))
    assert await store.flush()
    for call in "abcde":
        assert [entry["turn"] for entry in await store.events(call)] == list(range(100))
        record = await store.read(call)
        assert record
        assert record.turn == 99


async def test_an_entry_is_kept_as_it_was_when_appended(store: SessionStore):
    """A caller may go on changing the dict that it appended."""
    entry = transition(1)
    store.append("s1", entry)
    entry["turn"] = 2
    assert await store.events("s1") == [transition(1)]


async def test_every_key_has_a_time_to_live(store: SessionStore):
    """Record and events go together when the session was silent for the time set."""
    await store.open("s1", now=NOW)
    store.append("s1", transition(1))
    await store.flush()
    keys = await _keys_with(store, "s1")
    assert len(keys) == 2
    for key in keys:
        assert 0 < await store._client.ttl(key) <= 1000


async def test_forget_removes_every_key(store: SessionStore):
    """Nothing in Redis carries a forgotten session's name, its control channel included."""
    await store.open("s1", now=NOW)
    store.append("s1", transition(1))
    await store.flush()
    await store._client.xadd(session_keys("s1", cluster=store._cluster).control, {"say": "x"})
    store.append("s1", transition(2))
    store.append("other", transition(1))
    assert await store.forget("s1")
    assert await _keys_with(store, "s1") == []
    assert await store.read("s1") is None
    assert await store.events("s1") == []
    assert len(await store.events("other")) == 1


async def test_a_late_entry_does_not_bring_a_forgotten_session_back(store: SessionStore):
    """The transitions of hanging up come after forgetting; only a new call begins a new record."""
    await store.open("s1", now=NOW)
    await store.forget("s1")
    store.append("s1", transition(5))
    await store.flush()
    assert await _keys_with(store, "s1") == []
    record = await store.open("s1", now=NOW + 5)
    assert (record.created, record.resumed) == (NOW + 5, False)


async def test_an_unknown_session_is_none(store: SessionStore):
    """Reading what was never written is no error."""
    assert await store.read("nobody") is None
    assert await store.events("nobody") == []


@pytest.mark.parametrize("name", ["a:events", "{x}:{y}", "*", "ü/ \n", "\udcff", "x" * 500])
async def test_any_id_is_a_session_of_its_own(store: SessionStore, name: str):
    """No session id a client makes up reaches into another session's keys."""
    store.append("a", transition(1))
    store.append(name, transition(7))
    assert await store.events("a") == [transition(1)]
    assert await store.events(name) == [transition(7)]
    await store.forget(name)
    assert await store.events("a") == [transition(1)]


async def test_an_entry_that_is_no_json_is_counted(store: SessionStore):
    """A bad entry is left out and counted; it neither raises nor stops the others."""
    store.append("s1", {"kind": "transition", "to": object()})
    store.append("s1", transition(1))
    assert await store.events("s1") == [transition(1)]
    assert store.dropped == 1


async def test_a_key_of_another_kind_stops_only_its_own_session(store: SessionStore):
    """Somebody else's string under our key costs that session's record, not the others'."""
    await store._client.set(session_keys("s1", cluster=store._cluster).record, "not ours")
    store.append("s1", transition(1))
    store.append("s2", transition(1))
    assert await store.flush()
    assert await store.events("s2") == [transition(1)]
    assert store.dropped == 1
    assert store.healthy


async def test_the_same_write_sent_twice_is_written_once(store: SessionStore):
    """A reply lost on the way makes us send again; the stream shows each entry once."""
    delivery = store._writer._delivery
    store._backlog.add("s1", transition(1))
    store._backlog.add("s1", transition(2))
    groups = store._backlog.take(10)
    store._backlog.settle()
    for _ in range(3):
        await delivery.send(groups)
    assert [entry["turn"] for entry in await store.events("s1")] == [1, 2]
    record = await store.read("s1")
    assert record
    assert record.counters == {"transition": 2}
