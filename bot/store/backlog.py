"""Writes on their way to Redis: bounded, in order, none lost on the way. No I/O, no clock."""

import itertools
import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.store.records import CONTEXT, changed_fields

FORGET = "forget"
OPENED = "opened"
RELEASED = "released"
RENEWED = "renewed"
GAP = "gap"


@dataclass(frozen=True, slots=True)
class Write:
    """One step of one session. `number` grows, so that a write repeated is recognised."""

    number: int
    session_id: str
    kind: str
    entry: str = ""
    """JSON for the event stream; empty: only the record changes. Of FORGET: what is published."""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    since: float = 0.0
    """When it was asked for, on the monotonic clock."""


class Backlog:
    """
        add ─► waiting ─take─► in flight ─settle─► gone, or back to the front of waiting

    When full, new entries are refused; the session's next accepted entry is preceded by a `gap`
    that says how many are missing. Opening, releasing and forgetting are never refused.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting: deque[Write] = deque()
        self._in_flight: list[Write] = []
        self._numbers = itertools.count(1)
        self._missing: Counter[str] = Counter()
        self.last_number = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_flight)

    @property
    def oldest(self) -> int | None:
        """The number of the first write not in Redis yet; None: all are."""
        first = self._in_flight or self._waiting
        return first[0].number if first else None

    def opened(self, session_id: str, now: float, owner: str = "", *, since: float = 0.0) -> None:
        """The record is to exist, `owner`'s if it is new, to count one connection more, and to be
        ours unless another worker takes it after `since` (on the monotonic clock)."""
        fields = {"updated": repr(now), "owner": owner}
        self._append(session_id, OPENED, fields=fields, since=since)

    def released(self, session_id: str) -> None:
        """The call is over: the session is nobody's."""
        self._append(session_id, RELEASED)

    def add(self, session_id: str, entry: Mapping[str, Any]) -> bool:
        """False: full. Raises TypeError or ValueError if the entry is not JSON-able."""
        text = "" if entry.get("kind") == CONTEXT else _json(entry)
        fields = changed_fields(entry)
        if len(self) >= self._limit:
            self._missing[session_id] += 1
            return False
        if dropped := self._missing.pop(session_id, 0):
            gap = {"kind": GAP, "dropped": dropped, "turn": entry.get("turn", 0)}
            self._append(session_id, GAP, _json(gap))
        self._append(session_id, str(entry.get("kind", "entry")), text, fields)
        return True

    def forget(self, session_id: str, message: str = "") -> None:
        """Delete the session, its own waiting writes included; tell `message` to who holds it."""
        self._waiting = deque(w for w in self._waiting if w.session_id != session_id)
        self._missing.pop(session_id, None)
        self._append(session_id, FORGET, message)

    def lost(self, session_id: str) -> tuple[int, bool]:
        """Another worker has the session: what waits of it until it is opened again goes.

        How many entries that were, and whether it is opened again.
        """
        ours = [write for write in self._waiting if write.session_id == session_id]
        gone = list(itertools.takewhile(lambda write: write.kind not in (OPENED, FORGET), ours))
        numbers = {write.number for write in gone}
        self._waiting = deque(w for w in self._waiting if w.number not in numbers)
        self._missing.pop(session_id, None)
        return len(gone), len(ours) > len(gone)

    def take(self, most: int) -> list[list[Write]]:
        """The next writes, grouped by session; a `forget` stands alone, an opening comes first in
        its group. Then call `settle`."""
        groups: dict[str, list[Write]] = {}
        while self._waiting and len(self._in_flight) < most:
            write = self._waiting[0]
            group = groups.setdefault(write.session_id, [])
            if group and (write.kind in (FORGET, OPENED) or group[0].kind == FORGET):
                break
            group.append(write)
            self._in_flight.append(self._waiting.popleft())
        return list(groups.values())

    def settle(self, failed: Sequence[Write] = ()) -> None:
        """What was taken is in Redis, save these: they come first next time."""
        self._in_flight = []
        self._waiting.extendleft(sorted(failed, key=lambda write: -write.number))

    def _append(
        self,
        session_id: str,
        kind: str,
        entry: str = "",
        fields: Mapping[str, str] | None = None,
        since: float = 0.0,
    ) -> None:
        self.last_number = next(self._numbers)
        self._waiting.append(Write(self.last_number, session_id, kind, entry, fields or {}, since))


def _json(entry: Mapping[str, Any]) -> str:
    return json.dumps(entry, separators=(",", ":"))  # ASCII: half a surrogate can't be sent
