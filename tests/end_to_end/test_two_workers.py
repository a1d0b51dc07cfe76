"""Two workers with one Redis: who takes a session up has it, and a Redis that is away."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine import Engine
from bot.store import EmbeddedValkey, Keeping, SessionStore, open_store
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import orchestrate

pytestmark = pytest.mark.slow

SECRET = "the same in all workers"
FEE = "How much is the application fee for first-year applicants?"


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "data")
    await server.start()
    yield server
    await server.stop()


async def _store(redis: EmbeddedValkey, folder: Path) -> SessionStore:
    return await open_store(redis.url, folder, Keeping(lease_seconds=1))


@pytest.fixture
async def workers(
    redis: EmbeddedValkey, tmp_path: Path, engine: Engine
) -> AsyncIterator[tuple[Doors, Doors]]:
    """Two servers, each with a store of its own, as two processes have."""
    one, two = await _store(redis, tmp_path), await _store(redis, tmp_path)
    async with (
        doors(one, engine, token_secret=SECRET) as first,
        doors(two, engine, token_secret=SECRET) as second,
    ):
        yield first, second
    await one.close()
    await two.close()


async def test_a_session_that_goes_on_elsewhere_ends_here(workers: tuple[Doors, Doors]):
    """The old line is told `taken_over` and closed with 4409, though nobody spoke there."""
    first, second = workers
    async with orchestrate(first) as old, orchestrate(second) as new:
        token = (await old.start())["resume_token"]
        await old.ask(FEE)
        await old.until("turn_complete")
        again = await new.start(resume_token=token)
        assert (again["resumed"], again["turn_number"]) == (True, 1)
        assert (await old.until("error"))["code"] == "taken_over"
        assert await old.closed() == 4409
        while first.app.state.calls.holds(old.session_id):  # its pipeline is being ended
            await new.lives()
        await new.ask("And for graduate programs?")
        assert (await new.until("turn_complete"))["turn_number"] == 2
        record = await second.app.state.store.read(new.session_id)
        assert record.holder == second.app.state.store.worker
    record = await second.app.state.store.read(new.session_id)
    while record.holder:  # its door is being left
        record = await second.app.state.store.read(new.session_id)


async def test_while_redis_is_away_a_new_session_has_no_token(
    workers: tuple[Doors, Doors], redis: EmbeddedValkey
):
    """It is a call as any other, and an older session's token is asked for again later."""
    door, _ = workers
    async with orchestrate(door) as before:
        token = (await before.start())["resume_token"]
        await redis.stop()
        store: SessionStore = door.app.state.store
        async with orchestrate(door) as client:
            assert (await client.start())["resume_token"] == ""
            await client.ask(FEE)
            await client.until("turn_complete")
        async with orchestrate(door) as late:
            await late.send("session_start", resume_token=token)
            assert (await late.until("error"))["code"] == "store_away"
            assert await late.closed() == 1013
        await before.lives()
        await redis.start()
        assert await store.flush(within=20)
        async with orchestrate(door) as later:
            assert (await later.start(resume_token=token))["session_id"] == before.session_id
