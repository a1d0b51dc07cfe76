"""A session as Redis keeps it: one hash of strings, and how to read an older one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

SCHEMA = 1
COUNTER = "count:"
Fields = Mapping[str, str]

# The step from each older schema to the next: row 1 will turn a record of schema 1 into one of 2.
MIGRATIONS: Mapping[int, Callable[[Fields], Fields]] = {}


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
    schema: int = SCHEMA
    counters: Mapping[str, int] = field(default_factory=dict[str, int])
    """How often each kind of entry was written; `opened` counts the connections."""
    stored: bool = True
    """False: Redis was away when the session was opened, so nothing could be resumed."""

    @property
    def resumed(self) -> bool:
        """The session was there before this connection."""
        return self.counters.get("opened", 0) > 1


def first_fields(now: float) -> dict[str, str]:
    """What the hash says before anything has happened."""
    return {"schema": str(SCHEMA), "state": "IDLE", "turn": "0"} | {
        "created": repr(now),
        "updated": repr(now),
    }


def changed_fields(entry: Mapping[str, Any]) -> dict[str, str]:
    """What the hash says after this entry: the state it led to, its turn, its time."""
    fields: dict[str, str] = {}
    if entry.get("kind") == "transition" and "to" in entry:
        fields["state"] = str(entry["to"])
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
        schema=max(schema, SCHEMA),
        counters={
            name.removeprefix(COUNTER): int(count)
            for name, count in fields.items()
            if name.startswith(COUNTER)
        },
    )
