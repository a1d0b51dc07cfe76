"""A failing provider is kept out, longer each time, and let in again by one request."""

import pytest

from conversation.breaker import FIRST_SECONDS, LONGEST_SECONDS, PROBE_SECONDS, Breaker
from conversation.faults import Fault


def failed(times: int, *, fault: Fault = Fault.TIMEOUT) -> tuple[Breaker, float]:
    """A breaker after as many failures, each as soon as it was let in again; and the time."""
    breaker, now = Breaker(), 0.0
    for _ in range(times):
        now = max(now, breaker.until)
        assert breaker.allows(now=now)
        breaker.failed(fault, now=now)
    return breaker, now


def test_one_failure_keeps_it_out():
    """Another provider is at hand: the next caller need not wait for this one."""
    breaker, now = failed(1)
    assert breaker.state(now=now) == "open"
    assert not breaker.allows(now=now + FIRST_SECONDS - 0.1)
    assert breaker.allows(now=now + FIRST_SECONDS)


def test_each_failure_doubles_the_time_up_to_five_minutes():
    """5, 10, 20 … 300 s."""
    lengths = []
    for times in range(1, 9):
        breaker, now = failed(times)
        lengths.append(breaker.until - now)
    assert lengths[:4] == [5.0, 10.0, 20.0, 40.0]
    assert lengths[-1] == LONGEST_SECONDS


def test_one_request_probes_it():
    """Half-open, it gets one; what comes meanwhile goes elsewhere."""
    breaker, now = failed(1)
    now += FIRST_SECONDS
    assert breaker.state(now=now) == "half_open"
    assert breaker.allows(now=now)
    assert not breaker.allows(now=now)
    breaker.worked()
    assert breaker.state(now=now) == "closed"
    assert breaker.allows(now=now)


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_probe_without_a_verdict_is_made_again(forgotten: bool):
    """The caller broke in, or the call went away."""
    breaker, now = failed(1)
    now += FIRST_SECONDS
    assert breaker.allows(now=now)
    if forgotten:
        now += PROBE_SECONDS
    else:
        breaker.abandoned()
    assert breaker.allows(now=now)


def test_a_wrong_key_is_not_tried_again_at_once():
    """A minute at first."""
    breaker, now = failed(1, fault=Fault.REJECTED)
    assert breaker.until - now == 60.0


def test_retry_after_counts_if_it_is_longer():
    """But never for more than an hour, whatever the provider says."""
    for asked, kept in ((2.0, FIRST_SECONDS), (30.0, 30.0), (1e9, 3600.0)):
        breaker = Breaker()
        breaker.failed(Fault.LIMITED, now=0.0, retry_after=asked)
        assert breaker.until == kept


def test_requests_that_were_under_way_do_not_count_twice():
    """Ten calls that fail at the same moment are one failure."""
    breaker = Breaker()
    for n in range(10):
        breaker.failed(Fault.UNREACHABLE, now=n * 0.01)
    assert breaker.until == FIRST_SECONDS
