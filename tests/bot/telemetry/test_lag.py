"""Whoever holds up the event loop shows in the metrics."""

import asyncio
from collections.abc import Callable

import pytest

from bot.telemetry.lag import EVERY_SECONDS, LoopLag
from bot.telemetry.metrics import Metrics
from tests.processors.harness import on_jumping_clock


class Loop:
    """Calls back as late as the test says."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due = 0.0
        self._call: Callable[[], None] = lambda: None
        self.cancelled = False

    def time(self) -> float:
        return self.now

    def call_at(self, due: float, call: Callable[[], None]) -> "Loop":
        self._due, self._call = due, call
        return self

    def cancel(self) -> None:
        self.cancelled = True

    def goes_on(self, late: float) -> None:
        self.now = self._due + late
        self._call()


def begun() -> tuple[Loop, LoopLag]:
    loop, lag = Loop(), LoopLag()
    lag.start(loop)  # type: ignore[arg-type]
    return loop, lag


def told_by(lag: LoopLag) -> str:
    """What Prometheus reads of it."""
    metrics = Metrics()
    metrics.also(lag.seconds)
    return metrics.text().decode()


def test_how_late_a_timer_is_called_is_counted():
    """By size, for Prometheus; more than 5 ms is late."""
    loop, lag = begun()
    for late in (0.0, 0.0015, 0.03, -0.001):
        loop.goes_on(late)
    told = told_by(lag)
    for upto, count in (("0.001", 2), ("0.002", 3), ("0.02", 3), ("0.05", 4), ("+Inf", 4)):
        assert f'turnwise_event_loop_lag_seconds_bucket{{le="{upto}"}} {count}.0' in told
    assert (lag.late, lag.worst) == (1, pytest.approx(0.03))


def test_a_late_call_is_not_made_up_for():
    """The next one is as far away as ever: one hold-up counts once."""
    loop, lag = begun()
    loop.goes_on(1.0)
    assert loop._due == pytest.approx(loop.now + EVERY_SECONDS)
    loop.goes_on(0.0)
    assert lag.late == 1


def test_it_ends_when_told():
    loop, lag = begun()
    lag.stop()
    assert loop.cancelled


@on_jumping_clock
async def test_a_loop_that_nobody_holds_up_is_not_late():
    """On a real loop, whose time passes only while nothing runs."""
    lag = LoopLag()
    lag.start()
    await asyncio.wait([asyncio.get_running_loop().create_future()], timeout=1)
    lag.stop()
    assert 'le="0.001"} 100.0' in told_by(lag)
    assert lag.late == 0
