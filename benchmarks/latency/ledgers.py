"""What the server's own ledgers say of the turns that were measured from outside."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any

WAIT, OWN = "endpointing", ("merge", "transport")
# Models and the index, within the row `merge`.
_SEARCHING = ("intent", "retrieval", "retrieval_ahead")


@dataclass(frozen=True)
class Ledger:
    """at: Unix seconds of the turn's end. rows: as `turn_complete` has them."""

    at: float
    rows: list[dict[str, Any]]

    @property
    def critical(self) -> list[dict[str, Any]]:
        """What was waited for."""
        return [row for row in self.rows if row["critical"]]

    @property
    def total_ms(self) -> float:
        """From the end of the caller's speech to the first sound of the answer."""
        return max((row["end_ms"] for row in self.critical), default=0.0)

    @property
    def wait_ms(self) -> float:
        """For the end of the turn."""
        return sum(_length(row) for row in self.critical if row["stage"] == WAIT)

    @property
    def own_ms(self) -> float:
        """What was waited for and is no wait for the end, no model, no search and no provider."""
        rows = [row for row in self.critical if row["stage"] in OWN]
        searching = [row for row in self.rows if row["stage"] in _SEARCHING]
        return sum(_length(row) - _covered(row, searching) for row in rows)


def _length(row: dict[str, Any]) -> float:
    return row["end_ms"] - row["start_ms"]


def _covered(row: dict[str, Any], by: list[dict[str, Any]]) -> float:
    """Milliseconds of `row` during which at least one of the others ran."""
    at, covered = row["start_ms"], 0.0
    for other in sorted(by, key=lambda r: r["start_ms"]):
        begins, ends = max(at, other["start_ms"]), min(row["end_ms"], other["end_ms"])
        if ends > begins:
            covered, at = covered + ends - begins, ends
    return covered


def ledgers(address: str, session_id: str) -> list[Ledger]:
    """Of a session's turns that were answered, in order."""
    with urllib.request.urlopen(f"{address}/api/sessions/{session_id}", timeout=30) as answer:
        events = json.load(answer)["events"]
    found = [Ledger(e["at"], e["ledger"]) for e in events if e["kind"] == "ledger"]
    return [one for one in found if one.total_ms]


def of_answer(found: list[Ledger], begins: float, ends: float) -> Ledger | None:
    """That of the answer that was heard from `begins` on, and ended before the next one began."""
    return next((one for one in found if begins < one.at <= ends), None)


def entries(messages: list[dict[str, Any]]) -> dict[str, list[float]]:
    """How long it took to enter each state, in milliseconds: `state_change.latency_ms`."""
    found: dict[str, list[float]] = {}
    changes = [m for m in messages if m["type"] == "state_change"]
    for number, change in enumerate(changes):
        name = change["to"]
        if name == "LISTENING":
            name += " from speech" if number else " from connect"
        found.setdefault(name, []).append(change["latency_ms"])
    return found
