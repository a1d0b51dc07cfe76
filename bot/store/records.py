"""A session as Redis keeps it: one hash of strings, and how to read an older one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 2
COUNTER = "count:"
CONTEXT = "context"  # the kind of entry that replaces the record's context, and is no event
FIELDS_WITH_WORDS = frozenset({CONTEXT})
"""What a caller may have said is encrypted if there is a key; so are all entries of the stream."""
Fields = Mapping[str, str]

# The step from each older schema to the next: row 1 turns a record of schema 1 into one of 2.
MIGRATIONS: Mapping[int, Callable[[Fields], Fields]] = {
    1: lambda fields: {"fence": "0", "holder": "", "lease": "0", **fields},
}


@dataclass(frozen=True)
class SessionRecord:
    """What is known of a session. Times are Unix seconds."""

    session_id: str
    created: float
    updated: float
    state: str = "IDLE"
    turn: int = 0
    owner: str = ""
    """Which key opened it; nobody else is told that it exists."""
    holder: str = ""
    """The worker that has it, by its id; "" after the call. Long gone, perhaps, if `lease` is."""
    fence: int = 0
    """Grows with each connection, from microseconds of Unix time on, so that a session deleted and
    begun anew gets none again: whoever writes with a lower one has lost the session."""
    lease: float = 0.0
    """Until when the holder has it unless it renews that, by the clock of Redis."""
    schema: int = SCHEMA
    counters: Mapping[str, int] = field(default_factory=dict[str, int])
    """How often each kind of entry was written; `opened` counts the connections."""
    context: Mapping[str, Any] | None = None
    """What the session goes on with; None: nothing has happened yet, or an older Turnwise wrote."""
    door: str = ""
    """By which the last connection came."""
    latency_ms: float = 0.0
    """Voice to voice, of the last turn that was answered aloud; 0: none was."""
    stored: bool = True
    """False: Redis was away when the session was opened, so nothing could be resumed."""

    @property
    def resumed(self) -> bool:
        """The session was there before this connection."""
        return self.counters.get("opened", 0) > 1


def first_fields(now: float) -> dict[str, str]:
    """What the hash says before anything has happened."""
    return {
        **{"schema": str(SCHEMA), "state": "IDLE", "turn": "0"},
        **{"created": repr(now), "updated": repr(now)},
        **{"fence": "0", "holder": "", "lease": "0"},
    }


def changed_fields(entry: Mapping[str, Any]) -> dict[str, str]:
    """What the hash says after this entry: the state it led to, its turn, its time,
    its door, how long an answer took."""
    fields: dict[str, str] = {}
    if entry.get("kind") == "transition" and "to" in entry:
        fields["state"] = str(entry["to"])
    if entry.get("kind") == CONTEXT:
        context = {name: value for name, value in entry.items() if name not in ("kind", "at")}
        fields["context"] = json.dumps(context, separators=(",", ":"))
    if entry.get("kind") == "ledger" and entry.get("total_ms"):
        fields["latency_ms"] = str(entry["total_ms"])
    if "door" in entry:
        fields["door"] = str(entry["door"])
    if "turn" in entry:
        fields["turn"] = str(entry["turn"])
    if "at" in entry:
        fields["updated"] = repr(float(entry["at"]))
    return fields


def record_from(session_id: str, fields: Fields) -> SessionRecord:
    """Read a hash of this schema or an older one; of a newer one, the fields we know."""
    schema = int(fields.get("schema", "1"))
    for version in range(schema, SCHEMA):
        fields = MIGRATIONS[version](fields)
    return SessionRecord(
        session_id,
        created=float(fields["created"]),
        updated=float(fields["updated"]),
        state=fields["state"],
        turn=int(fields["turn"]),
        owner=fields.get("owner", ""),
        holder=fields["holder"],
        fence=int(fields["fence"]),
        lease=float(fields["lease"]),
        door=fields.get("door", ""),
        latency_ms=float(fields.get("latency_ms", "0")),
        context=json.loads(fields["context"]) if "context" in fields else None,
        schema=max(schema, SCHEMA),
        counters={
            name.removeprefix(COUNTER): int(count)
            for name, count in fields.items()
            if name.startswith(COUNTER)
        },
    )
