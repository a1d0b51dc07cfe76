"""Whether a caller got what the record promises, and the record has what the caller got."""

import time
from collections import Counter
from collections.abc import Iterable
from statistics import median

from tests.chaos.caller import Caller
from tests.chaos.servers import Worker

WRITTEN_WITHIN = 30.0  # seconds; a store that was away is written to later, and in order
KINDS = {"user": "transcript", "agent": "answer"}


def missing(caller: Caller, worker: Worker) -> list[tuple[str, str]]:
    """What the caller was told that the record doesn't have, once what is late was written."""
    told = Counter((KINDS[role], text) for role, text in caller.acknowledged)
    until = time.monotonic() + WRITTEN_WITHIN
    while True:
        events = worker.events(caller.session_id)
        lost = told - Counter((e["kind"], e.get("text")) for e in events)
        if not lost or time.monotonic() > until:
            return list(lost.elements())
        time.sleep(0.2)


def out_of_order(caller: Caller, worker: Worker) -> bool:
    """Whether the questions and answers in the record are not in the order of the call."""
    told = [(KINDS[role], text) for role, text in caller.acknowledged]
    kept = [(e["kind"], e.get("text")) for e in worker.events(caller.session_id)]
    places = iter(kept)
    return not all(any(one == other for other in places) for one in told)


def said_twice(caller: Caller) -> list[int]:
    """Turns whose whole answer the caller heard more than once."""
    twice: list[int] = []
    for turn in {piece.turn for piece in caller.pieces}:
        wholes = Counter(p.text for p in caller.pieces if p.turn == turn and p.whole)
        texts = {p.text for p in caller.pieces if p.turn == turn}
        if min(wholes[text] for text in texts) > 1:
            twice.append(turn)
    return twice


def slowest_return(callers: Iterable[Caller]) -> float:
    """Seconds from the reconnect to the session, of the slowest; 0 if nobody had to."""
    return max((s for c in callers for s in c.came_back), default=0.0)


def longest_gap(callers: Iterable[Caller]) -> float:
    """Seconds of silence in the middle of a piece of an answer."""
    return max((gap for c in callers for gap in c.gaps), default=0.0)


def middle(callers: Iterable[Caller]) -> float:
    """Seconds from the end of a question to the first sound of its answer, at the median."""
    return median(s for c in callers for s in c.voice_to_voice)
