"""Redis goes away and comes back, or is slow; the calls in progress go on."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bot.orchestrate_client import orchestrate
from tests.chaos.caller import Caller, over
from tests.chaos.conftest import LONG_FORM, Row, Workers
from tests.chaos.judging import longest_gap, middle, missing, out_of_order, said_twice
from tests.chaos.proxy import bad_line
from tests.chaos.servers import Process, Redis, Sentinel, until

pytestmark = [pytest.mark.chaos, pytest.mark.slow]
AWAY_SECONDS, SHORT_SECONDS = 10.0, 4.0


@pytest.mark.parametrize("how", ["stopped", "killed and restarted with its append-only file"])
async def test_redis_is_away_for_a_while(
    how: str,
    redis: Redis,
    workers: Workers,
    callers: Callable[..., list[Caller]],
    calls: int,
    row: Row,
):
    """No call is dropped, and afterwards the records are complete and in order."""
    seconds = AWAY_SECONDS if calls >= LONG_FORM else SHORT_SECONDS
    (worker,) = await workers(redis.url, 1)
    begun: list[Caller] = callers([worker])
    await _all_answered(begun, 1)
    if how == "stopped":
        redis.send(signal.SIGSTOP)
    else:
        redis.kill()
    await asyncio.sleep(seconds)
    if how == "stopped":
        redis.send(signal.SIGCONT)
    else:
        redis.start()
        await until(redis.listens)
    await asyncio.wait_for(over(begun), 240)
    dropped = sum(bool(caller.came_back) for caller in begun)
    lost = [m for caller in begun for m in missing(caller, worker)]
    mixed = sum(out_of_order(caller, worker) for caller in begun)
    row(
        f"Redis {how}, away for {seconds:.0f} s",
        calls,
        f"{dropped} calls dropped; {len(lost)} acknowledged lost, {mixed} records out of order",
    )
    assert not dropped
    assert not lost
    assert not mixed


async def test_sentinel_failsover(
    started: Callable[[Process], Process],
    tmp_path: Path,
    workers: Workers,
    callers: Callable[..., list[Caller]],
    calls: int,
    row: Row,
):
    """The master dies: no call is dropped, and new ones are taken soon after the promotion."""
    master = Redis(tmp_path / "master")
    started(master)
    await until(master.listens)
    replica = Redis(tmp_path / "replica", "--replicaof", "127.0.0.1", str(master.port))
    started(replica)
    await until(replica.listens)
    sentinels = [Sentinel(tmp_path / f"sentinel-{n}", master) for n in range(3)]
    for sentinel in sentinels:
        started(sentinel)
    hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in sentinels)
    (worker,) = await workers(f"redis+sentinel://{hosts}/desk", 1)
    begun: list[Caller] = callers([worker])
    await _all_answered(begun, 1)
    master.kill()
    await until(lambda: _is_master(replica))
    promoted = time.monotonic()
    resumable = False
    async with asyncio.timeout(60):
        while not resumable:
            async with orchestrate(worker) as newcomer:
                resumable = bool((await newcomer.start()).get("resume_token"))
            await asyncio.sleep(0.1)
    after = time.monotonic() - promoted
    await asyncio.wait_for(over(begun), 240)
    dropped = sum(bool(caller.came_back) for caller in begun)
    lost = [m for caller in begun for m in missing(caller, worker)]
    row(
        "Sentinel fail-over of the master",
        calls,
        f"new sessions {after:.1f} s after the promotion; {dropped} calls dropped; "
        f"{len(lost)} acknowledged lost",
    )
    assert not dropped
    assert not lost


async def test_redis_is_slow_and_fails_now_and_then(
    redis: Redis, workers: Workers, callers: Callable[..., list[Caller]], calls: int, row: Row
):
    """100 ms and 5 % of errors: the callers hear nothing of it."""
    async with bad_line(redis.port) as line:
        (worker,) = await workers(f"redis://127.0.0.1:{line.port}", 1)
        before: list[Caller] = callers([worker]) if calls >= LONG_FORM else []
        await asyncio.wait_for(over(before), 240)
        line.delay, line.errors = 0.1, 0.05
        during: list[Caller] = callers([worker])
        await asyncio.wait_for(over(during), 240)
        line.delay, line.errors = 0.0, 0.0
        lost = await asyncio.to_thread(  # the line is ours: it must not stand still meanwhile
            lambda: [m for caller in during for m in missing(caller, worker)]
        )
        twice = [turn for caller in during for turn in said_twice(caller)]
    if before:
        row(
            f"100 ms of latency and 5 % of errors before Redis ({line.cut} connections cut)",
            calls,
            f"longest gap {longest_gap(during) * 1000:.0f} ms (without: "
            f"{longest_gap(before) * 1000:.0f}); median answer {middle(during) * 1000:.0f} ms "
            f"(without: {middle(before) * 1000:.0f}); {len(lost)} acknowledged lost",
        )
    assert not lost
    assert not twice
    assert not any(caller.came_back for caller in during)


async def _all_answered(callers: list[Caller], count: int) -> None:
    async with asyncio.timeout(120):
        await asyncio.gather(*(caller.hears(count) for caller in callers))


def _is_master(server: Redis) -> bool:
    import redis as client

    with client.Redis(port=server.port) as asked:
        return asked.info("replication")["role"] == "master"  # type: ignore[index]
