"""Waiting with a time limit, without a task for each wait."""

import asyncio

import pytest

from bot.waits import wait_for
from tests.processors.harness import on_jumping_clock


@on_jumping_clock
async def test_what_comes_in_time_is_given():
    """From a coroutine, a future, and what is there already."""
    loop = asyncio.get_running_loop()
    ready = loop.create_future()
    loop.call_later(1, ready.set_result, "future")
    assert await wait_for(asyncio.sleep(1, "coroutine"), 2) == "coroutine"
    assert await wait_for(ready, 0) == "future"
    assert await wait_for(asyncio.sleep(9, "at last"), None) == "at last"


@on_jumping_clock
async def test_what_does_not_is_cancelled():
    """And has ended when the error is raised; nothing is taken out of a queue meanwhile."""
    queue = asyncio.Queue[int]()
    working = asyncio.create_task(asyncio.sleep(5))
    for waited, seconds in ((queue.get(), 0.5), (queue.get(), 0), (working, 0.5)):
        with pytest.raises(TimeoutError):
            await wait_for(waited, seconds)
    assert working.cancelled()
    queue.put_nowait(1)
    assert await wait_for(queue.get(), 1) == 1


@on_jumping_clock
async def test_it_makes_no_task():
    """That is what it is for."""
    asked_in = list[asyncio.Task[None] | None]()

    async def ask() -> None:
        asked_in.append(asyncio.current_task())

    await wait_for(ask(), 1)
    assert asked_in == [asyncio.current_task()]
