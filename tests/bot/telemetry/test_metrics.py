"""What Prometheus reads of calls, of one worker or of several."""

import ast
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from prometheus_client.multiprocess import mark_process_dead
from prometheus_client.parser import text_string_to_metric_families

from bot.calls import Calls
from bot.telemetry.current import Current
from bot.telemetry.metrics import Metrics
from bot.telemetry.sources import CallMetrics
from bot.telemetry.watching import CallNumbers, Watch

ROOT = Path(__file__).parents[3]


def value(text: bytes | str, name: str, **labels: str) -> float | None:
    """Of one sample; None: it is not told."""
    told = text.decode() if isinstance(text, bytes) else text
    for family in text_string_to_metric_families(told):
        for sample in family.samples:
            if sample.name == f"turnwise_{name}" and sample.labels == labels:
                return sample.value
    return None


def ledger(turn: int = 1, total_ms: float = 420.0, **how: object) -> dict[str, object]:
    """An entry of the event stream, as `conversation.telling` makes it."""
    rows = [
        {"stage": "endpointing", "start_ms": 0.0, "end_ms": 300.0, "critical": True},
        {"stage": "llm", "start_ms": 300.0, "end_ms": total_ms, "critical": True},
        {"stage": "llm", "start_ms": 300.0, "end_ms": 900.0, "critical": False, "failed": "empty"},
    ]
    return {
        "kind": "ledger", "at": 100.0, "turn": turn, "interrupted": False, "failed": False,
        "total_ms": total_ms, "ledger": rows, "usage": [], **how,
    }  # fmt: skip


def watched(metrics: Metrics, door: str = "browser") -> Watch:
    return Watch(Current("s", door), (CallNumbers(metrics, door),), metrics.count)


def test_a_call_is_counted_at_its_door_while_it_lasts():
    """Begun, going on, ended and why."""
    metrics = Metrics()
    with watched(metrics).during(lambda: "hang_up"):
        assert value(metrics.text(), "door_sessions", door="browser") == 1
    told = metrics.text()
    assert value(told, "door_sessions", door="browser") == 0
    assert value(told, "sessions_started_total", door="browser") == 1
    assert value(told, "sessions_ended_total", door="browser", reason="hang_up") == 1
    assert value(told, "session_duration_seconds_count", door="browser") == 1


def test_reasons_are_bounded_and_an_error_is_one():
    """Whatever somebody who ended the call gave as theirs is not a label."""
    metrics = Metrics()
    with watched(metrics).during(lambda: "because the moon is full"):
        pass
    with pytest.raises(ZeroDivisionError), watched(metrics).during(lambda: ""):
        raise ZeroDivisionError
    told = metrics.text()
    assert value(told, "sessions_ended_total", door="browser", reason="ended") == 1
    assert value(told, "sessions_ended_total", door="browser", reason="failed") == 1
    assert b"moon" not in told


def test_a_turn_is_measured_as_its_ledger_has_it():
    """The whole, each stage; not what a provider that failed cost; nothing without a sound."""
    metrics = Metrics()
    journal = watched(metrics).journal(lambda _: None)
    journal(ledger())
    journal(ledger(2, 0.0, failed=True))
    journal(ledger(3, 1700.0, interrupted=True))
    told = metrics.text()
    for outcome in ("answered", "failed", "interrupted"):
        assert value(told, "turns_total", door="browser", outcome=outcome) == 1
    assert value(told, "voice_to_voice_seconds_count", door="browser") == 2
    assert value(told, "voice_to_voice_seconds_sum", door="browser") == pytest.approx(2.12)
    assert value(told, "voice_to_voice_seconds_bucket", door="browser", le="0.45") == 1
    assert value(told, "stage_seconds_sum", door="browser", stage="llm") == pytest.approx(1.52)


def test_buckets_tell_latencies_apart_where_it_matters():
    """Between 50 and 1000 ms no two neighbours are more than 100 ms apart."""
    metrics = Metrics()
    watched(metrics).journal(lambda _: None)(ledger())
    told = [
        line.partition('le="')[2].partition('"')[0]
        for line in metrics.text().decode().splitlines()
        if line.startswith("turnwise_voice_to_voice_seconds_bucket{") and 'door="browser"' in line
    ]
    bounds = [float(bound) for bound in told]
    resolved = [b for b in bounds if 0.05 <= b <= 1]
    assert (resolved[0], resolved[-1]) == (0.05, 1)
    assert max(b - a for a, b in pairwise(resolved)) <= 0.1001


def test_calls_that_find_no_place_are_counted_by_what_kept_them_out():
    """Also before the first one, as zero: an alert sees it come."""
    calls = Calls(1)
    metrics = Metrics(CallMetrics(calls))
    assert value(metrics.text(), "turned_away_total", reason="full") == 0
    calls.turn_away()
    calls.draining = True
    calls.turn_away()
    told = metrics.text()
    assert value(told, "turned_away_total", reason="full") == 1
    assert value(told, "turned_away_total", reason="draining") == 1
    assert (value(told, "session_places"), value(told, "draining")) == (1, 1)


def counted() -> set[str]:
    """Every name that the code counts by."""
    names: set[str] = set()
    for package in ("conversation", "processors", "bot"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and node.args:
                    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    first = node.args[0]
                    if called in ("Count", "_count") and isinstance(first, ast.Constant):
                        names.add(str(first.value))
    return names


def test_whatever_calls_count_has_a_metric():
    """A name that none has would end the call."""
    names = counted()
    assert {"transitions", "barge_ins", "invalid_transitions", "retrieval_ahead"} <= names
    assert names == set(Metrics()._counted)


WORKER = """
import sys
from bot.telemetry.metrics import Metrics
from tests.bot.telemetry.test_metrics import ledger, watched
metrics = Metrics(lambda m: m.sessions.set(3))
journal = watched(metrics).journal(lambda _: None)
call = watched(metrics, "telephone").during(lambda: "lost")
call.__enter__()
journal(ledger())
metrics.refresh()
print("there", flush=True)
sys.stdin.readline()
print(metrics.text().decode())
"""


def worker(folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    started = subprocess.Popen(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert started.stdout
    assert started.stdout.readline() == "there\n"
    return started


def test_any_worker_tells_the_sums_of_all(tmp_path: Path):
    """Of one that has died, what it counted, but not the calls that it held."""
    folder = tmp_path / "shared"
    folder.mkdir()
    one, other = worker(folder), worker(folder)
    one.kill()
    one.wait()
    mark_process_dead(one.pid, str(folder))
    told, _ = other.communicate("\n")
    assert value(told, "turns_total", door="browser", outcome="answered") == 2
    assert value(told, "voice_to_voice_seconds_count", door="browser") == 2
    assert value(told, "sessions_started_total", door="telephone") == 2
    assert value(told, "sessions") == 3
    assert value(told, "door_sessions", door="telephone") == 1
