"""A recorded conversation through the state machine again: it must come to the same.

    begun ─► transition, transcript, … ─► begun ─► …        one connection after the other
    each step that was caused from outside ──► Conversation ──► the steps it must have led to

What the machine is told is in the entries (`event`, `turn`, `text`, `at`); what it decides from
that is compared with what was recorded: moves, turn numbers, answers asked for, turns completed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from conversation.machine import Conversation
from conversation.moves import (
    Action,
    AnswerTurn,
    CompleteTurn,
    Failing,
    Rejected,
    Transition,
    TurnOpened,
)
from conversation.redaction import is_redacted
from conversation.states import Event, State

Entry = Mapping[str, Any]
_DECIDED = frozenset({"transition", "turn", "failure", "transcript", "ledger"})
_UNHEARD = "…"  # stands for words that were not kept


@dataclass(frozen=True)
class Difference:
    """What was recorded and what the machine makes of it, in words; "nothing" if it is missing."""

    connection: int  # the first is 1
    turn: int
    recorded: str
    replayed: str


@dataclass
class Replay:
    """What came of it. A connection is compared up to its first difference."""

    connections: int = 0
    steps: int = 0
    missing: list[str] = field(default_factory=list[str])
    """Which parts could not be replayed, and why, in words."""
    differences: list[Difference] = field(default_factory=list[Difference])


@dataclass
class _Connection:
    """The entries from one `begun` up to the next one, or up to a gap."""

    number: int
    begun: Entry
    follows: bool
    """All that came before it is there."""
    entries: list[Entry] = field(default_factory=list[Entry])

    @property
    def turn(self) -> int:
        """The session's, as it begins."""
        return int(self.begun["turn"])


def replay(entries: Iterable[Entry]) -> Replay:
    """Replays what is whole of a session's event stream, oldest entry first."""
    result = Replay()
    last = highest = 0
    for connection in _connections(entries, result):
        if connection.follows and not last <= connection.turn <= highest:
            said = f"begins with turn {connection.turn}", f"begins with turn {highest}"
            result.differences.append(Difference(connection.number, connection.turn, *said))
        result.connections += 1
        _compare(connection, result)
        opened = [(e["kind"], int(e["turn"])) for e in connection.entries]
        last = [connection.turn, *(turn for kind, turn in opened if kind == "transition")][-1]
        highest = max([highest, connection.turn, *(turn for _, turn in opened)])
    return result


def _connections(entries: Iterable[Entry], result: Replay) -> list[_Connection]:
    found: list[_Connection] = []
    lost = 0
    whole = True
    for entry in entries:
        kind = entry.get("kind")
        if kind == "begun":
            trimmed = not found and bool(lost or entry["turn"])
            if trimmed:
                result.missing.append("The beginning of the stream is not kept any more.")
            follows = whole and not trimmed
            found.append(_Connection(len(found) + 1, entry, follows))
            whole = True
        elif kind == "gap":
            where = f"of connection {len(found)}" if found else "at the beginning"
            result.missing.append(f"{entry['dropped']} entries {where} were never written.")
            whole = False
        elif kind in _DECIDED and whole and found:
            found[-1].entries.append(entry)
        elif kind in _DECIDED:
            lost += 1
    if not found:
        result.missing.append("No connection is kept from its beginning.")
    return found


def _compare(connection: _Connection, result: Replay) -> None:
    conversation = _taken_up(connection.begun)
    steps, at = connection.entries, 0
    while at < len(steps):
        moves = _caused(conversation, steps[at], steps[at + 1 : at + 2])
        made = [step for move in moves if (step := _step(move))]
        recorded = steps[at : at + max(1, len(made))]
        for entry, step in zip_longest(recorded, made):
            if not _same(entry, step):
                turn = int((entry or step)["turn"])
                told = _in_words(entry), _in_words(step)
                result.differences.append(Difference(connection.number, turn, *told))
                return
        at += len(recorded)
        result.steps += len(recorded)


def _taken_up(begun: Entry) -> Conversation:
    words = {name: str(begun.get(name) or "") for name in ("utterance", "joined")}
    return Conversation.taken_up(
        State(begun.get("state", State.IDLE)),
        int(begun["turn"]),
        highest=int(begun.get("highest", 0)),
        completes=bool(begun.get("completes")),
        **words,
    )


def _caused(conversation: Conversation, entry: Entry, after: Sequence[Entry]) -> list[Action]:
    """What the machine does about what caused the entry."""
    turn, now = int(entry["turn"]), float(entry.get("at", 0.0))
    match entry["kind"], entry.get("event"):
        case "turn", _:
            return conversation.handle(Event.USER_STARTED, now=now)
        case "failure", _:
            return conversation.failed(now=now, turn=turn)
        case "transition", Event.END_OF_TURN:
            text = next((str(e["text"]) for e in after if e.get("text")), _UNHEARD)
            rest = text.removeprefix(conversation.joined("")).strip()
            return conversation.turn_over(rest or ("" if conversation.goes_on else text), now=now)
        case "transition", Event.FALSE_INTERRUPTION | Event.NOTHING_HEARD:
            return conversation.turn_over("", now=now)
        case "transition", Event.SPEECH_FINISHED | Event.TURN_FAILED:
            if conversation.state is State.SPEAKING:
                return conversation.speech_finished(now=now, turn=turn)
            return conversation.failed(now=now, turn=turn)
        case "transition", Event.SPEECH_STARTED:
            return conversation.handle(Event.SPEECH_STARTED, now=now, turn=turn)
        case "transition", event if event in list(Event):
            return conversation.handle(Event(event), now=now)
        case _:
            return []


def _step(move: Action) -> dict[str, Any] | None:
    """The entry that a move leaves, as far as the machine decides it."""
    match move:
        case Transition():
            return {
                "kind": "transition", "turn": move.turn, "event": move.event, "to": move.target
            }  # fmt: skip
        case TurnOpened():
            return {"kind": "turn", "turn": move.turn}
        case Failing():
            return {"kind": "failure", "turn": move.turn}
        case AnswerTurn():
            return {"kind": "transcript", "turn": move.turn, "text": move.utterance}
        case CompleteTurn():
            how = {"interrupted": move.interrupted, "failed": move.failed}
            return {"kind": "ledger", "turn": move.turn, **how}
        case Rejected():
            return {"kind": "refused", "turn": move.turn, "event": move.event, "to": move.state}
        case _:
            return None


def _same(entry: Entry | None, step: Entry | None) -> bool:
    if entry is None or step is None:
        return False
    return all(entry.get(k) == v for k, v in step.items() if k != "text") and _words_agree(
        entry.get("text"), step.get("text")
    )


def _words_agree(kept: Any, made: Any) -> bool:
    """Words that were not kept, or not as they were said, say nothing about the machine."""
    return not kept or kept == made or is_redacted(str(kept)) or is_redacted(str(made))


def _in_words(entry: Entry | None) -> str:
    if entry is None:
        return "nothing"
    match entry["kind"]:
        case "transition":
            return f"{entry.get('event')} to {entry.get('to')}, turn {entry['turn']}"
        case "refused":
            return f"{entry['event']} can't come in {entry['to']}"
        case "ledger":
            how = [name for name in ("interrupted", "failed") if entry.get(name)]
            return " ".join(["turn", str(entry["turn"]), "complete", *how])
        case "transcript":
            return f"the words of turn {entry['turn']}"
        case "turn":
            return f"turn {entry['turn']} opened"
        case kind:
            return f"{kind} of turn {entry['turn']}"
