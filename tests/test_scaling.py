"""docs/scaling.md is worked out from its inputs, and from nothing else."""

from pathlib import Path

import pytest

from benchmarks.scaling import (
    ROWS,
    Price,
    cores,
    costs,
    inputs,
    redis_gb,
    table,
    turn_mbit,
    written,
)

PAGE = Path(__file__).parent.parent / "docs" / "scaling.md"


def test_the_page_has_the_tables_of_its_inputs():
    """`python -m benchmarks.scaling` writes them."""
    page = PAGE.read_text(encoding="utf-8")
    assert written(page) == page
    assert table(inputs(), 1_000, 100_000) in page


def test_every_figure_grows_with_the_calls():
    """A hundred times the calls take about a hundred times as much; masters only as they fill."""
    given = inputs()
    for name, found, _ in ROWS:
        few, many = found(given, 1_000), found(given, 100_000)
        assert few > 0
        if "masters" not in name:
            assert 90 * few < many < 110 * few, name


def test_an_input_changes_what_hangs_on_it():
    """Less CPU, fewer cores; a shorter life, less memory; more browsers behind NAT, more TURN."""
    before, given = inputs(), inputs()
    given.workers.cpu_ms_audio /= 2
    given.redis.ttl_hours /= 24
    given.network.relayed *= 5
    assert cores(given, 1_000, "audio") < 0.6 * cores(before, 1_000, "audio")
    assert redis_gb(given, 1_000) < 0.1 * redis_gb(before, 1_000)
    assert turn_mbit(given, 1_000) == pytest.approx(5 * turn_mbit(before, 1_000))


def test_a_service_without_a_price_is_not_free():
    """It is told, not reckoned as nothing."""
    given = inputs()
    given.services.tts = "nobody"
    with pytest.raises(LookupError, match="nobody"):
        costs(given, Price.read())
