"""The last hour, a row a minute."""

from bot.console.board import by_minute
from bot.store.overview import Load

NOW = 60 * 1_000_000.0 + 30


def test_there_is_a_row_for_each_minute_and_none_of_it_is_made_up():
    """Without an answer there is no latency, not one of 0 ms."""
    rows = by_minute([], [], now=NOW)
    assert len(rows) == 60
    assert rows[-1]["at"] == 60 * 1_000_000
    assert all((r["median_ms"], r["p95_ms"], r["calls"], r["answers"]) == (None, None, 0, 0)
               for r in rows)  # fmt: skip


def test_latencies_are_those_that_were():
    """The median and the 95th of 100 are measured values, not between two."""
    turns = [(NOW, float(ms)) for ms in range(100, 200)]
    last = by_minute(turns, [], now=NOW)[-1]
    assert (last["answers"], last["median_ms"], last["p95_ms"]) == (100, 149.0, 194.0)
    (one,) = (r for r in by_minute([(NOW - 120, 7.0)], [], now=NOW) if r["answers"])
    assert (one["median_ms"], one["p95_ms"]) == (7.0, 7.0)


def test_load_is_the_most_of_each_worker_added_up():
    """Within a minute; another minute has its own."""
    load = [Load(NOW, "a", 3), Load(NOW, "a", 5), Load(NOW, "b", 2), Load(NOW - 60, "a", 1)]
    assert [r["calls"] for r in by_minute([], load, now=NOW)[-3:]] == [0, 1, 7]
