"""A question to whichever worker answers to a name."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.store import EmbeddedValkey, SessionStore, StoreUnreachable, open_store


async def _twice(question: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"is": 2 * question["number"]}


async def asked(store: SessionStore, name: str, number: int) -> Mapping[str, Any] | None:
    """Asks until somebody answers: who has begun to is heard a round trip later."""
    async with asyncio.timeout(20):
        while (answer := await store.relay.ask(name, {"number": number})) is None:
            pass
    return answer


async def test_the_worker_that_answers_to_a_name_is_found(store: SessionStore, rival: SessionStore):
    """From another worker and from its own; each gets the answer to its own question."""
    leave = store.relay.answer("line/1 ä", _twice)
    assert await asked(rival, "line/1 ä", 1) == {"is": 2}
    answers = await asyncio.gather(
        *(asker.relay.ask("line/1 ä", {"number": n}) for n in range(20) for asker in (store, rival))
    )
    assert answers == [{"is": 2 * n} for n in range(20) for _ in range(2)]
    leave()
    while await rival.relay.ask("line/1 ä", {"number": 1}):
        pass


async def test_nobody_answers_to_an_unknown_name(store: SessionStore):
    """And nothing is left of the question."""
    assert await store.relay.ask("nobody", {"number": 1}) is None
    assert [key async for key in store._client.scan_iter("session:answer:*")] == []


async def test_what_was_asked_for_in_vain_does_not_stay(store: SessionStore):
    """An answer that nobody fetches goes by itself."""
    store.relay.answer("slow", _twice)
    await asked(store, "slow", 1)
    await store.relay._answer({"question": {"number": 4}, "answer_to": "session:answer:x"}, _twice)
    assert 0 < await store._client.ttl("session:answer:x") <= 10


async def test_while_redis_is_away_there_is_no_answer(embedded: EmbeddedValkey, tmp_path: Any):
    """Which is not the same as nobody."""
    opened = await open_store(embedded.url, tmp_path)
    await embedded.stop()
    with pytest.raises(StoreUnreachable):
        await opened.relay.ask("line", {"number": 1})
    await opened.close()
