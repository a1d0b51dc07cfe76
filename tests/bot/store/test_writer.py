"""The writer over a courier that fails as told: what passes is retried, what is refused is not."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
import pytest_asyncio
from redis.exceptions import ConnectionError, ReadOnlyError, ResponseError

from bot.store.backlog import Backlog, Write
from bot.store.writer import Writer

pytestmark = pytest.mark.asyncio

Until = Callable[[Callable[[], bool]], Any]


class Courier:
    """Remembers the entries that arrived; `trouble` is raised or returned, one per round trip."""

    def __init__(self) -> None:
        self.trouble: list[Exception] = []
        self.arrived: list[str] = []
        self.always: Exception | None = None

    async def ping(self) -> None:
        if self.always:
            raise self.always

    async def renew(self) -> list[tuple[str, Exception | None]]:
        return []

    async def send(self, groups: Sequence[Sequence[Write]]) -> list[Exception | None]:
        error = self.always or (self.trouble.pop(0) if self.trouble else None)
        if isinstance(error, ResponseError):
            self._take(groups[1:])
            return [error, *([None] * (len(groups) - 1))]
        if error:
            raise error
        self._take(groups)
        return [None] * len(groups)

    def _take(self, groups: Sequence[Sequence[Write]]) -> None:
        self.arrived += [f"{w.session_id}{w.entry}" for group in groups for w in group]


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def backlog() -> Backlog:
    return Backlog(limit=100)


@pytest_asyncio.fixture
async def writer(backlog: Backlog, courier: Courier) -> AsyncIterator[Writer]:
    made = Writer(backlog, courier)
    yield made
    await made.stop()


async def test_a_master_turned_replica_gets_the_write_after_fail_over(
    backlog: Backlog, courier: Courier, writer: Writer
):
    """READONLY, as an old master answers, is retried and only for the session concerned."""
    courier.trouble = [ReadOnlyError("READONLY You can't write"), ConnectionError("gone")]
    backlog.add("a", {})
    backlog.add("b", {})
    writer.wake()
    assert await writer.delivered(2, within=30, patient=True)
    assert courier.arrived == ["b{}", "a{}"]
    assert writer.healthy
    assert writer.refused == 0


async def test_any_failure_is_survived(backlog: Backlog, courier: Courier, writer: Writer):
    """An error nobody thought of is retried too; the writer never dies."""
    courier.trouble = [RuntimeError("unforeseen")]
    backlog.add("a", {})
    writer.wake()
    assert await writer.delivered(1, within=30, patient=True)
    assert courier.arrived == ["a{}"]


async def test_what_redis_refuses_is_counted_and_left(
    backlog: Backlog, courier: Courier, writer: Writer
):
    """WRONGTYPE will not pass: the writes are counted and the rest goes on."""
    courier.trouble = [ResponseError("WRONGTYPE Operation against a key")]
    backlog.add("a", {})
    backlog.add("b", {})
    writer.wake()
    assert await writer.delivered(2, within=30, patient=True)
    assert courier.arrived == ["b{}"]
    assert writer.refused == 1
    assert writer.healthy


async def test_an_idle_store_notices_an_outage(courier: Courier, writer: Writer, until: Until):
    """/health says degraded though nobody speaks, and well again afterwards."""
    courier.always = ConnectionError("gone")
    await until(lambda: not writer.healthy)
    courier.always = None
    await until(lambda: writer.healthy)


async def test_nobody_who_is_in_a_hurry_waits_for_a_redis_that_is_away(
    backlog: Backlog, courier: Courier, writer: Writer
):
    """A call that opens is not held up: the wait ends with the first failure, not the time."""
    courier.always = ConnectionError("gone")
    backlog.add("a", {})
    writer.wake()
    assert not await writer.delivered(1, within=1e9, patient=False)
