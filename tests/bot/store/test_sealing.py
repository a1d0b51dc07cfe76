"""Words at rest: only with a key, only in their place, and a wrong key hurts nobody."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from loguru import logger

from bot.store import EmbeddedValkey, Keeping, SessionStore, StoreSealed, open_store
from bot.store.backlog import Write
from bot.store.sealing import Sealing

OLD, NEW, OTHER = (bytes([number]) * 32 for number in (1, 2, 3))
SAID = {"kind": "transcript", "turn": 1, "text": "my secret is Grüße \udcff", "at": 1.0}


@given(st.text(), st.text(alphabet=st.characters(), max_size=20))
def test_what_was_sealed_can_be_opened(text: str, session_id: str):
    """Whatever text, half surrogates included."""
    sealing = Sealing([OLD])
    sealed = sealing.seal(session_id, "entry", text)
    assert sealing.open(session_id, "entry", sealed) == text


@pytest.mark.parametrize("keys", [[OTHER], []], ids=["wrong key", "no key"])
def test_without_the_key_nothing_can_be_read(keys: list[bytes]):
    """The message says which setting is to be set, and nothing of the text."""
    sealed = Sealing([OLD]).seal("s1", "entry", "secret")
    assert "secret" not in sealed
    with pytest.raises(StoreSealed, match="TURNWISE_STORE_KEY") as refused:
        Sealing(keys).open("s1", "entry", sealed)
    assert "\n" not in str(refused.value)


def test_what_was_sealed_belongs_to_its_place():
    """Moved to another session or field, cut or changed, it is not believed."""
    sealing = Sealing([OLD])
    sealed = sealing.seal("s1", "entry", "secret")
    assert sealed != sealing.seal("s1", "entry", "secret")
    flipped = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    for place, text in [
        (("s2", "entry"), sealed), (("s1", "context"), sealed), (("s1", "entry"), flipped),
        (("s1", "entry"), sealed[:30]), (("s1", "entry"), "sealed:"),
    ]:  # fmt: skip
        with pytest.raises(StoreSealed):
            sealing.open(*place, text)


def test_a_key_is_changed_without_losing_what_it_sealed():
    """The first key encrypts; the others only decrypt."""
    old = Sealing([OLD]).seal("s1", "entry", "before")
    both = Sealing([NEW, OLD])
    assert both.open("s1", "entry", old) == "before"
    assert Sealing([NEW]).open("s1", "entry", both.seal("s1", "entry", "after")) == "after"


def test_what_was_written_before_there_was_a_key_can_be_read():
    """It stays as it is."""
    assert Sealing([OLD]).open("s1", "entry", '{"kind":"x"}') == '{"kind":"x"}'


@pytest_asyncio.fixture
async def sealed(embedded: EmbeddedValkey, tmp_path: Path) -> AsyncIterator[SessionStore]:
    store = await open_store(embedded.url, tmp_path, Keeping(keys=(OLD,)))
    await store.open("s1", now=1.0)
    store.append("s1", SAID)
    store.append("s1", {"kind": "transition", "turn": 1, "to": "THINKING", "at": 2.0})
    await store.flush()
    await store._writer._delivery.send([[Write(99, "s1", "x", fields={"context": '["secret"]'})]])
    yield store
    await store.close()


async def _everything(store: SessionStore) -> str:
    client, found = store._client, ""
    async for key in client.scan_iter("*"):
        read = {"stream": client.xrange, "hash": client.hgetall}.get(await client.type(key))
        found += str(await (read(key) if read else client.zrange(key, 0, -1)))
    return found


async def test_no_words_are_in_redis(sealed: SessionStore):
    """In entries and in the record's fields with words; state, turn and counters can be read."""
    kept = await _everything(sealed)
    assert "secret" not in kept
    assert "THINKING" in kept
    assert "count:transcript" in kept
    assert (await sealed.events("s1"))[0] == SAID
    fields = await sealed._client.hgetall("session:s1")
    opened = sealed._writer._delivery.sealing.open  # type: ignore[attr-defined]
    assert opened("s1", "context", fields["context"]) == '["secret"]'


@pytest.mark.parametrize("keys", [(OTHER,), ()], ids=["wrong key", "no key"])
async def test_a_wrong_key_costs_the_words_and_not_the_call(
    sealed: SessionStore, embedded: EmbeddedValkey, tmp_path: Path, keys: tuple[bytes, ...]
):
    """The session is opened and written to; its events are refused; the operator is told why."""
    told: list[Any] = []
    sink = logger.add(lambda line: told.append(line.record["extra"].get("reason", "")))
    store = await open_store(embedded.url, tmp_path, Keeping(keys=keys))
    record = await store.open("s1", now=3.0)
    assert (record.state, record.turn, record.resumed) == ("THINKING", 1, True)
    store.append("s1", SAID)
    assert await store.flush()
    with pytest.raises(StoreSealed):
        await store.events("s1")
    logger.remove(sink)
    assert any("TURNWISE_STORE_KEY" in reason for reason in told)
    await store.close()
