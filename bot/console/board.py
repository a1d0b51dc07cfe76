"""Who is on a call, in whichever worker, and how it went in the last hour."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from bot.entry import Visitor
from bot.store import SessionRecord, SessionStore
from bot.store.overview import Load

FRESH_SECONDS = 0.9  # for all who look on: the store is asked once
HOUR, MINUTE = 3600, 60


@dataclass
class Board:
    """Asks the store about once a second, however many look on. All raise StoreUnreachable."""

    store: SessionStore
    clock: Callable[[], float] = time.monotonic
    wall_clock: Callable[[], float] = time.time
    _calls: list[SessionRecord] = field(default_factory=list[SessionRecord])
    _asked: float | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def calls(self, visitor: Visitor) -> list[dict[str, Any]]:
        """The calls under way that are the visitor's to see, the newest last."""
        async with self._asking:
            if self._asked is None or self.clock() - self._asked >= FRESH_SECONDS:
                self._calls = await self.store.overview.live()
                self._asked = self.clock()
        return [_told(one) for one in self._calls if visitor.owns(one.session_id, one.owner)]

    async def figures(self) -> list[dict[str, Any]]:
        """A row for each of the last 60 minutes, the oldest first."""
        now = self.wall_clock()
        overview, since = self.store.overview, now - HOUR
        return by_minute(await overview.turns(since), await overview.load(since), now=now)


def _told(one: SessionRecord) -> dict[str, Any]:
    return {
        "id": one.session_id,
        "door": one.door,
        "state": one.state,
        "turn": one.turn,
        "since": one.created,
        "latency_ms": one.latency_ms,
        "worker": one.holder,
    }


def by_minute(
    turns: Iterable[tuple[float, float]], load: Iterable[Load], *, now: float
) -> list[dict[str, Any]]:
    """turns: when, milliseconds. Latencies are None in a minute without an answer.

    calls: the most that each worker held at once in the minute, added up.
    """
    answers: defaultdict[int, list[float]] = defaultdict(list)
    for at, ms in turns:
        answers[int(at // MINUTE)].append(ms)
    held: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for one in load:
        of_minute = held[int(one.at // MINUTE)]
        of_minute[one.worker] = max(one.calls, of_minute.get(one.worker, 0))
    last = int(now // MINUTE)
    return [
        {
            "at": minute * MINUTE,
            "calls": sum(held[minute].values()),
            "answers": len(answers[minute]),
            "median_ms": _share(answers[minute], 0.5),
            "p95_ms": _share(answers[minute], 0.95),
        }
        for minute in range(last - 59, last + 1)
    ]


def _share(values: list[float], share: float) -> float | None:
    """The value that this share of the values does not exceed."""
    return sorted(values)[ceil(share * len(values)) - 1] if values else None
