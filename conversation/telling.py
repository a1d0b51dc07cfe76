"""What the client, the record and the metrics are told of each thing that happens."""

from typing import Any

from conversation.actions import Action, Count, Record, Tell
from conversation.announcements import Announcements
from conversation.ledger import Ledger
from conversation.machine import Conversation
from conversation.moves import CompleteTurn, Rejected, Transition


def record(tell: Announcements, kind: str, **fields: Any) -> Record:
    """An entry of the session's event stream."""
    return Record({"kind": kind, "at": tell.wall_clock(), **fields})


def begun(tell: Announcements, conversation: Conversation) -> Record:
    """A connection begins: the state machine as the session has it."""
    return record(
        tell,
        "begun",
        turn=conversation.turn,
        state=conversation.state,
        highest=conversation.highest,
        completes=conversation.completes,
        utterance=conversation.utterance,
        joined=conversation.joined(""),
    )


def moved(tell: Announcements, move: Transition, *, latency_ms: float) -> list[Action]:
    """The conversation moved."""
    return [
        record(tell, "transition", turn=move.turn, event=move.event, to=move.target),
        Count("transitions", {"source": move.source, "target": move.target}),
        Tell(tell.state_change(move, latency_ms=latency_ms)),
    ]


def completed(
    tell: Announcements, move: CompleteTurn, ledger: Ledger, *, now: float
) -> list[Action]:
    """Nothing more is said for the turn."""
    done = tell.turn_complete(move.turn, ledger, interrupted=move.interrupted)
    advice = "The answer could not be made. Ask again, or ask for a person."
    failed = [Tell(tell.error("turn_failed", advice))] if move.failed else []
    how = {"interrupted": move.interrupted, "failed": move.failed}
    rows, usage = done["latency_breakdown"], done["usage"]
    closed_ms = ledger.since_speech(now=now)
    kept = record(tell, "ledger", turn=move.turn, **how, **rows, closed_ms=closed_ms, usage=usage)
    return [kept, Tell(done), *failed]


def used(tell: Announcements, ledger: Ledger) -> list[Action]:
    """What was used of providers and belongs to no turn, as when the caller hangs up."""
    told = [one.told() for one in ledger.used]
    return [record(tell, "usage", usage=told)] if told else []


def rejected(move: Rejected) -> Count:
    """An event came that can't come."""
    labels = {"state": move.state, "event": move.event, "turn": str(move.turn)}
    return Count("invalid_transitions", labels)


def barge_in(*, true: bool) -> Count:
    """A sound over the bot was somebody who wanted to speak, or was not."""
    return Count("barge_ins", {"verdict": "true" if true else "false"})
