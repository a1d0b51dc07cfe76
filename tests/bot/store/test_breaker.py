"""Questions to a Redis that is away: refused at once, tried again when it is back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis.exceptions import ConnectionError, ResponseError

from bot.store import EmbeddedValkey, StoreUnreachable, open_store
from bot.store.breaker import Breaker
from bot.store.keys import session_keys
from bot.store.questions import Questions
from bot.store.sealing import Sealing

KEYS = session_keys("s1")


class Redis:
    """Answers that there is nothing, or fails as told."""

    def __init__(self) -> None:
        self.asked = 0
        self.trouble: Exception | None = None

    async def hgetall(self, _: str) -> dict[str, str]:
        self.asked += 1
        if self.trouble:
            raise self.trouble
        return {}


async def _refused(questions: Questions, times: int) -> None:
    for _ in range(times):
        with pytest.raises(StoreUnreachable, match="here does not answer"):
            await questions.record("s1", KEYS)


async def test_after_three_failures_in_a_row_nobody_waits_any_more():
    """Redis isn't asked until somebody has reached it; then by one, who decides for the rest."""
    redis, breaker = Redis(), Breaker()
    questions = Questions(redis, Sealing(), breaker, where="here")
    redis.trouble = ConnectionError("gone")
    await _refused(questions, 10)
    assert redis.asked == 3
    breaker.probed()
    await _refused(questions, 10)
    assert redis.asked == 4
    redis.trouble = None
    breaker.probed()
    assert await questions.record("s1", KEYS) is None
    redis.trouble = ConnectionError("gone")
    await _refused(questions, 2)
    redis.trouble = None
    assert await questions.record("s1", KEYS) is None


async def test_a_redis_that_refuses_is_not_away():
    """It answered: the next question is asked."""
    redis = Redis()
    questions = Questions(redis, Sealing(), Breaker(), where="here")
    redis.trouble = ResponseError("NOPERM")
    await _refused(questions, 10)
    assert redis.asked == 10


async def test_the_writer_knows_first_and_lets_questions_in_again(
    embedded: EmbeddedValkey, tmp_path: Path, until: Callable[[Callable[[], bool]], Any]
):
    """Its failures open the breaker though nobody asked; its heartbeat closes it."""
    store = await open_store(embedded.url, tmp_path)
    await store.open("s1", now=1.0)
    await embedded.stop()
    await until(lambda: store._questions._breaker.is_open)
    with pytest.raises(StoreUnreachable):
        await store.read("s1")
    await embedded.start()
    await until(lambda: not store._questions._breaker.is_open)
    assert await store.read("s1")
    await store.close()
