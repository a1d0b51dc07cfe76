"""What the figures should be, at most."""

from typing import NamedTuple

LEDGER_MS = 20.0  # by which a ledger may differ from what was heard


class Most(NamedTuple):
    """Milliseconds."""

    median: float
    p95: float


TARGETS = {
    ("local", "voice to voice"): Most(500, 800),
    ("providers", "voice to voice"): Most(400, 600),
    ("providers", "without the wait"): Most(240, 350),
}
OF_ALL = {
    "own share": Most(10, 25),
    "barge-in": Most(250, 400),
    "enter LISTENING from connect": Most(25, 50),
    "enter LISTENING from speech": Most(45, 90),
    "enter THINKING": Most(100, 200),
    "enter SPEAKING": Most(37.5, 75),
    "enter INTERRUPT": Most(50, 100),
}
