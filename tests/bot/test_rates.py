"""How often somebody may come."""

import pytest

from bot.rates import MOST_ADDRESSES, Rates


def test_so_many_in_any_minute():
    """Then it is said how long to wait, and those who were refused do not count."""
    rates = Rates(2)
    assert [rates.wait("a", now=at) for at in (0.0, 30.0)] == [0, 0]
    assert rates.wait("a", now=30.5) == 30
    assert rates.wait("a", now=59.9) == 1
    assert rates.wait("a", now=60.0) == 0
    assert rates.wait("a", now=60.0) == 30


def test_zero_is_no_limit():
    """As it says."""
    assert not any(Rates(0).wait("a", now=0.0) for _ in range(1000))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("unix", "", False),
    ],
)
def test_one_household_is_one(one: str, other: str, same: bool):
    """A line has 2^64 addresses of IPv6 for itself."""
    rates = Rates(1)
    rates.wait(one, now=0.0)
    assert bool(rates.wait(other, now=0.0)) is same


def test_many_addresses_are_not_remembered_for_ever():
    """The one that was quiet the longest is forgotten first."""
    rates = Rates(1)
    for number in range(MOST_ADDRESSES + 1):
        rates.wait(f"host {number}", now=0.0)
    assert rates.wait("host 0", now=0.0) == 0
    assert rates.wait(f"host {MOST_ADDRESSES}", now=0.0) > 0
