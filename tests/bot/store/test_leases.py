"""Which sessions a worker holds, and how many it remembers."""

from bot.store import leases
from bot.store.leases import Leases


def test_a_session_is_held_until_its_call_is_over():
    """Its number stays known for late entries, until it is lost."""
    ours = Leases()
    ours.taken("a", 5)
    assert (ours.held, ours.fence("a"), ours.fence("b")) == (["a"], 5, 0)
    ours.released("a")
    assert (ours.held, ours.fence("a")) == ([], 5)
    ours.lost("a")
    assert ours.fence("a") == 0


def test_no_more_is_remembered_than_there_is_room_for(monkeypatch):
    """Of calls that are over the longest over are forgotten; those under way never."""
    monkeypatch.setattr(leases, "REMEMBERED", 2)
    ours = Leases()
    for number, name in enumerate("abcd", 1):
        ours.taken(name, number)
    for name in "bdc":
        ours.released(name)
    assert [ours.fence(name) for name in "abcd"] == [1, 0, 3, 4]
    assert ours.held == ["a"]
