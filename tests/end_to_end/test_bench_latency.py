"""The latency benchmark holds real calls with a real server, and hears both sides."""

from pathlib import Path

import pytest

from benchmarks.latency.run import TURNWISE, Plan, calls

pytestmark = pytest.mark.slow


def test_calls_are_held_and_answered(data_folder: Path):
    """As a browser does; each turn has the ledger that is its own."""
    doors = ("webrtc",)
    plan = Plan(
        turns=1, breaks=0, doors=doors, profiles=("providers",), voices=("hibari",), peer=False
    )
    held = list(calls(plan, data_folder, lambda _: None))
    assert [(call.system, call.door) for call in held] == [(TURNWISE, door) for door in doors]
    for call in held:
        (turn,), (ledger,) = call.turns, call.ledgers
        assert turn.answered_at is not None
        assert turn.speech_ms > 1000
        assert ledger is not None
        assert ledger.total_ms >= ledger.wait_ms > 0
    assert held[0].entries.keys() >= {"THINKING", "SPEAKING"}  # told on the data channel
