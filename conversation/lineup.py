"""Whose turn it is among the providers of one kind, and how long each is waited for.

A request of one turn goes through a `Lineup`: the providers whose breaker is closed in the order of
the settings, then, if all of these failed, the ones that are kept out, soonest back first: a
provider in doubt is better than none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from conversation.breaker import Breaker

LAST_SECONDS = 6.0  # for the only one left: giving it up would gain nothing


@dataclass
class Lineup:
    """Of one request. breakers: one for each provider, in the order of the settings."""

    breakers: Sequence[Breaker]
    _tried: list[int] = field(default_factory=list[int])
    _timeouts: int = 0

    def next(self, *, now: float) -> int | None:
        """The provider to ask next, by its place in the settings; None if all were asked."""
        left = [i for i in range(len(self.breakers)) if i not in self._tried]
        allowed = (i for i in left if self.breakers[i].allows(now=now))
        kept_out = sorted(left, key=lambda i: self.breakers[i].until)
        chosen = next(allowed, kept_out[0] if kept_out else None)
        if chosen is not None:
            self._tried.append(chosen)
        return chosen

    @property
    def last(self) -> bool:
        """Whether nobody is left to ask after the ones that were."""
        return len(self._tried) == len(self.breakers)

    def timed_out(self) -> None:
        """The one asked last was waited for in vain."""
        self._timeouts += 1

    def patience(self, seconds: float) -> float:
        """How long to wait for the first byte of the one asked last, whose timeout is `seconds`.

        Each wait in vain halves the next one's, so that a turn in which several hang is silent for
        less than twice the timeout.
        """
        return max(LAST_SECONDS, seconds) if self.last else seconds / 2**self._timeouts
