"""A recorded call that was played through the pipeline again: what came out otherwise.

Turns are numbered from the connection's first: a session may have had others before.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from conversation.redaction import is_redacted

Entry = Mapping[str, Any]
_THE_LINES = frozenset({"connected", "disconnected"})  # how a line begins and ends is not the call


@dataclass(frozen=True)
class Turn:
    """What the caller said in a turn; None: not kept. total_ms: voice to voice, 0 without one."""

    number: int
    text: str | None
    total_ms: float = 0.0


@dataclass
class Comparison:
    """differences: in words, one a line; none: it came to the same."""

    recorded: list[Turn]
    replayed: list[Turn]
    words: int = 0
    """Of the recorded transcripts, as far as they were kept."""
    word_errors: int = 0
    transitions: int = 0
    """That were recorded."""
    differences: list[str] = field(default_factory=list[str])


def compare(recorded: Iterable[Entry], replayed: Iterable[Entry]) -> Comparison:
    """Both as a session's event stream has them, of one connection each."""
    before, after = list(recorded), list(replayed)
    result = Comparison(_turns(before), _turns(after))
    _compare_words(result)
    moved = _moves(before), _moves(after)
    result.transitions = len(moved[0])
    for tag, a, b, c, d in SequenceMatcher(None, *moved, autojunk=False).get_opcodes():
        if tag != "equal":
            was, is_ = (", ".join(part) or "nothing" for part in (moved[0][a:b], moved[1][c:d]))
            result.differences.append(f"transition {a + 1}: recorded {was}; replayed {is_}")
    return result


def _compare_words(result: Comparison) -> None:
    before, after = result.recorded, result.replayed
    if len(before) != len(after):
        result.differences.append(f"turns: recorded {len(before)}; replayed {len(after)}")
    for was, is_ in zip(before, after, strict=False):
        if was.text is None or is_redacted(was.text):
            continue
        said, heard = _words(was.text), _words(is_.text or "")
        result.words += len(said)
        if wrong := errors(said, heard):
            result.word_errors += wrong
            told = f"recorded {was.text!r}; replayed {is_.text!r}"
            result.differences.append(f"words of turn {was.number}: {told}")


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words that were put in, left out or taken for others, at the least."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(said, 1):
        last, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (word != other))
    return row[-1]


def _turns(entries: Sequence[Entry]) -> list[Turn]:
    first = next((int(e["turn"]) for e in entries if e.get("kind") == "begun"), 0)
    took = {int(e["turn"]): float(e.get("total_ms", 0)) for e in entries if e["kind"] == "ledger"}
    said = [e for e in entries if e["kind"] == "transcript"]
    return [
        Turn(int(e["turn"]) - first, e.get("text"), took.get(int(e["turn"]), 0.0)) for e in said
    ]


def _moves(entries: Sequence[Entry]) -> list[str]:
    moves = [e for e in entries if e["kind"] == "transition" and e["event"] not in _THE_LINES]
    return [f"{e['event']} to {e['to']}" for e in moves]


def _words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())
