"""Who is asked next, and how long for."""

import pytest

from conversation.breaker import Breaker
from conversation.faults import Fault
from conversation.lateness import ENOUGH, Lateness
from conversation.lineup import LAST_SECONDS, Lineup


def asked(lineup: Lineup, now: float = 0.0) -> list[int]:
    order = []
    while (place := lineup.next(now=now)) is not None:
        order.append(place)
    return order


def test_the_order_is_that_of_the_settings():
    """While nothing has failed."""
    assert asked(Lineup([Breaker(), Breaker(), Breaker()])) == [0, 1, 2]


def test_those_that_are_kept_out_come_last_the_soonest_back_first():
    """A provider in doubt is better than none."""
    breakers = [Breaker(), Breaker(), Breaker()]
    breakers[0].failed(Fault.LIMITED, now=0.0, retry_after=60)
    breakers[1].failed(Fault.TIMEOUT, now=0.0)
    assert asked(Lineup(breakers)) == [2, 1, 0]


def test_each_wait_in_vain_halves_the_next():
    """Below twice the timeout in all; the last one is given time, as nobody is left."""
    lineup = Lineup([Breaker() for _ in range(4)])
    waits = []
    for _ in range(4):
        lineup.next(now=0.0)
        waits.append(lineup.patience(1.2))
        lineup.timed_out()
    assert waits == [1.2, 0.6, 0.3, LAST_SECONDS]
    assert sum(waits[:3]) < 2 * 1.2


def test_an_error_at_once_costs_the_next_no_patience():
    """Only waiting does."""
    lineup = Lineup([Breaker(), Breaker(), Breaker()])
    lineup.next(now=0.0)
    lineup.next(now=0.0)
    assert lineup.patience(0.8) == 0.8


def test_nothing_is_known_of_the_slow_ones_at_first():
    """Then 95 of 100 answers are faster."""
    lateness = Lateness()
    for n in range(ENOUGH - 1):
        lateness.add(n)
    assert lateness.p95 is None
    for n in range(100):
        lateness.add(n / 100)
    assert lateness.p95 == pytest.approx(0.94)
