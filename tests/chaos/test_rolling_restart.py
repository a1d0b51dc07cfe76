"""A new version goes in, worker by worker, behind HAProxy; nobody has to call again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chaos.conftest import QUESTIONS, Row, Workers
from tests.chaos.rolling import PATIENT, HAProxy, rolled
from tests.chaos.servers import Process, Redis, until

pytestmark = [pytest.mark.chaos, pytest.mark.slow]


async def test_all_workers_are_restarted_under_calls(
    started: Callable[[Process], Process],
    redis: Redis,
    workers: Workers,
    calls: int,
    tmp_path: Path,
    row: Row,
):
    """Every call goes on, every question is answered once; both doors of HAProxy lead on."""
    made = await workers(redis.url, 2, drain_seconds=1, **PATIENT)
    proxy = HAProxy(tmp_path, made)
    started(proxy)
    for worker in made:
        await until(lambda worker=worker: proxy.leads_to(worker))
    found = await rolled(made, proxy, QUESTIONS, max(calls, 6), thinks=1.0)
    row(
        "a rolling restart of two workers behind HAProxy",
        found.calls,
        f"{found.returns} went on elsewhere, the slowest {found.slowest_return:.2f} s after "
        f"reconnecting; of {found.questions} questions {found.unanswered} unanswered; "
        f"{found.dropped} calls dropped, {found.lost} acknowledged lost, {found.twice} answers "
        "said twice",
    )
    assert found.returns >= found.calls
    assert (found.dropped, found.unanswered, found.lost, found.twice) == (0, 0, 0, 0)
