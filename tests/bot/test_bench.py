"""`runner.py bench retrieval` on a small index: every figure is there, and a miss is called one."""

import json
from pathlib import Path

import pytest

from benchmarks import retrieval
from bot.commands import bench


@pytest.mark.slow
def test_every_figure_is_taken(tmp_path: Path):
    """Encoder, search, loading, memory, intent and build, with the targets they have."""
    rows = retrieval.measure(tmp_path, lambda *_: None, many=120, built=10)
    limits = [(row.unit, row.most) for row in rows if row.most is not None]
    assert limits == [("ms", 8), ("ms", 5), ("ms", 1000), ("MB", 100), ("ms", 1), ("%", 20)]
    assert all(row.value > 0 for row in rows if row.unit == "ms")
    found = next(row for row in rows if "graph finds" in row.name)
    assert found.value == 100  # so few are all compared


def test_a_missed_target_is_called_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """In the table and in JSON."""
    rows = [retrieval.Row("fast", 1.0, "ms", 2), retrieval.Row("slow", 3.0, "ms", 2, 3.5)]
    monkeypatch.setenv("TURNWISE_DATA", str(tmp_path))
    monkeypatch.setattr(retrieval, "measure", lambda *_, **__: rows)
    bench.retrieval(passages=100, built=10, as_json=True)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["name"], row["met"]) for row in printed] == [("fast", True), ("slow", False)]
    bench.retrieval(passages=100, built=10, as_json=False)
    fast, slow = (r for r in capsys.readouterr().out.splitlines() if "fast" in r or "slow" in r)
    assert "met" in fast
    assert "missed" in slow
