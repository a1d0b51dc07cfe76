"""How a provider can fail, and for how long each failure keeps it out at first."""

from enum import StrEnum


class Fault(StrEnum):
    """What went wrong with one request. The values are labels of metrics and of ledger rows."""

    TIMEOUT = "timeout"  # no first byte in time
    STALLED = "stalled"  # it began, and nothing more came
    CUT_SHORT = "cut_short"  # it ended before it was whole
    EMPTY = "empty"  # it ended without a word or a sound
    UNREACHABLE = "unreachable"  # refused, reset, or the line dropped
    LIMITED = "limited"  # 429, or the account is used up
    REJECTED = "rejected"  # the key, the model or the request: repeating it is pointless
    FAILED = "failed"  # the provider's own fault, or anything else


class Faulty(Exception):
    """A request came to a bad end. retry_after: seconds the provider asked to be left alone."""

    def __init__(self, fault: Fault, retry_after: float | None = None) -> None:
        super().__init__(fault)
        self.fault, self.retry_after = fault, retry_after
