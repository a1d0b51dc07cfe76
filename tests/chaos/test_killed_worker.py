"""A worker is killed; its callers come back to the other one."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable

import pytest

from conversation.states import State
from tests.bot.orchestrate_client import orchestrate
from tests.chaos.caller import Caller, over
from tests.chaos.conftest import Row, Workers
from tests.chaos.judging import missing, said_twice, slowest_return
from tests.chaos.servers import Redis, Worker

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


async def test_every_call_goes_on_at_the_other_worker(
    states: tuple[State, ...],
    redis: Redis,
    workers: Workers,
    callers: Callable[..., list[Caller]],
    calls: int,
    row: Row,
):
    """Within 2 s of coming back, nothing acknowledged is missing, no answer is said twice."""
    first, second = await workers(redis.url)
    begun: list[Caller] = callers([first, second], stops_at=states)
    on_first = [caller for caller in begun if caller.workers[0] is first]
    async with asyncio.timeout(60):
        await asyncio.gather(*(caller.there.wait() for caller in on_first))
    at = Counter(caller.state for caller in on_first)
    first.send(signal.SIGKILL)
    for caller in begun:
        caller.go_on.set()
    await asyncio.wait_for(over(begun), 240)
    lost = [m for caller in begun for m in missing(caller, second)]
    twice = [turn for caller in begun for turn in said_twice(caller)]
    back = slowest_return(on_first)
    found = ", ".join(f"{n} {name}" for name, n in at.items())
    row(
        f"`kill -9` of one of two workers at {' '.join(states)} ({found})",
        calls,
        f"all {len(on_first)} went on at the other, the slowest {back:.2f} s after reconnecting; "
        f"{len(lost)} acknowledged lost, {len(twice)} answers said twice",
    )
    assert not lost
    assert not twice
    assert all(caller.came_back for caller in on_first)
    assert all(len(caller.completed) == len(caller.questions) for caller in begun)


async def test_a_frozen_worker_finds_itself_fenced(
    redis: Redis, workers: Workers, callers: Callable[..., list[Caller]], calls: int, row: Row
):
    """Continued after its callers went elsewhere, it writes nothing, and lets go of them."""
    frozen, other = await workers(redis.url, lease_seconds=2)
    begun: list[Caller] = callers([frozen, other], stops_at=[State.SPEAKING])
    on_frozen = [caller for caller in begun if caller.workers[0] is frozen]
    async with asyncio.timeout(60):
        await asyncio.gather(*(caller.there.wait() for caller in on_frozen))
    opening = orchestrate(frozen)
    left = await opening.__aenter__()
    token = (await left.start())["resume_token"]
    frozen.send(signal.SIGSTOP)
    for caller in begun:
        caller.go_on.set()
    async with asyncio.timeout(60):
        await asyncio.gather(*(caller.returns(1) for caller in on_frozen))
    async with orchestrate(other) as elsewhere:
        await elsewhere.start(resume_token=token)
        frozen.send(signal.SIGCONT)
        assert (await left.until("error"))["code"] == "taken_over"
        assert await left.closed() == 4409
    await opening.__aexit__(None, None, None)
    await asyncio.wait_for(over(begun), 240)
    lost = [m for caller in begun for m in missing(caller, other)]
    twice = [turn for caller in begun for turn in said_twice(caller)]
    foreign = sum(_entries_twice(caller, other) for caller in begun)
    row(
        "a worker frozen (SIGSTOP) for longer than its lease, then continued",
        calls,
        f"all {len(on_frozen)} of its callers went on elsewhere; {len(lost)} acknowledged lost, "
        f"{len(twice)} answers said twice, {foreign} written by it after it was fenced",
    )
    assert not lost
    assert not twice
    assert not foreign


def _entries_twice(caller: Caller, worker: Worker) -> int:
    """Answers that stand twice in the record: the fenced worker's beside the other one's."""
    answered = Counter(e["turn"] for e in worker.events(caller.session_id) if e["kind"] == "answer")
    return sum(count - 1 for turn, count in answered.items() if turn)
