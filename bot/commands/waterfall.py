"""Where a turn's time went, drawn in a terminal."""

from collections.abc import Mapping, Sequence
from typing import Any

_WIDTH = 48  # columns of the bars
_SMALL_MS = 0.5  # shorter work that nobody waited for is left out


def waterfall(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A line for each row of a ledger, in the order in which they began.

    endpointing  ████████████████████████████           312 ms
    retrieval    ░░░░░░░░                                92 ms     nobody waited for it
    llm                                      ██████████  98 ms
    """
    shown = [r for r in rows if r["critical"] or r["end_ms"] - r["start_ms"] >= _SMALL_MS]
    if not shown:
        return []
    first = min(r["start_ms"] for r in shown)
    a_column = max(1.0, max(r["end_ms"] for r in shown) - first) / _WIDTH
    named = max(len(_named(r)) for r in shown)
    return [
        f"{_named(r):<{named}}  {_bar(r, first, a_column):<{_WIDTH}} {_length(r)}"
        for r in sorted(shown, key=lambda r: (r["start_ms"], r["end_ms"]))
    ]


def _bar(row: Mapping[str, Any], first: float, a_column: float) -> str:
    begins = min(_WIDTH - 1, round((row["start_ms"] - first) / a_column))
    ends = min(_WIDTH, max(begins + 1, round((row["end_ms"] - first) / a_column)))
    full = row["end_ms"] - row["start_ms"] >= _SMALL_MS
    drawn = "█" if row["critical"] else "░"
    return " " * begins + (drawn * (ends - begins) if full else "│")


def _named(row: Mapping[str, Any]) -> str:
    provider = row.get("provider")
    return f"{row['stage']} ({provider})" if provider else str(row["stage"])


def _length(row: Mapping[str, Any]) -> str:
    failed = f", {row['failed']}" if row.get("failed") else ""
    return f"{row['end_ms'] - row['start_ms']:5.0f} ms{failed}"
