"""What all calls of a process know of the providers, and what they have used of them."""

import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from loguru import logger

from conversation.breaker import Breaker
from conversation.faults import Faulty
from conversation.lateness import Lateness
from conversation.use import Prices, Unit, Used

Provided = tuple[str, str]
"""Kind (stt, llm, tts) and the provider's name."""

SECONDS = {"stt": 1.5, "llm": 1.2, "tts": 0.8}


@dataclass(frozen=True)
class Timeouts:
    """Seconds to the first byte, and between two of them. `each` goes before the kind's own."""

    by_kind: Mapping[str, float] = field(default_factory=lambda: dict(SECONDS))
    each: Mapping[Provided, float] = field(default_factory=dict[Provided, float])

    def of(self, provided: Provided) -> float:
        """Of one provider."""
        return self.each.get(provided, self.by_kind[provided[0]])


@dataclass
class Switchboard:
    """Breakers, first-byte times and counts. Labels are bounded: names come from the settings."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    hedge: bool = False
    prices: Prices = field(default_factory=Prices)
    breakers: dict[Provided, Breaker] = field(
        default_factory=lambda: defaultdict[Provided, Breaker](Breaker)
    )
    requests: Counter[Provided] = field(default_factory=Counter[Provided])
    faults: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    failovers: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    hedges: Counter[Provided] = field(default_factory=Counter[Provided])
    amounts: Counter[tuple[str, str, str]] = field(default_factory=Counter[tuple[str, str, str]])
    costs: dict[Provided, float] = field(
        default_factory=lambda: defaultdict[Provided, float](float)
    )
    since: dict[Provided, float] = field(default_factory=dict[Provided, float])
    """Unix seconds of when one last began to fail, or to work again."""
    _lateness: dict[Provided, Lateness] = field(
        default_factory=lambda: defaultdict[Provided, Lateness](Lateness)
    )

    def asked(self, provided: Provided) -> None:
        """A request was made."""
        self.requests[provided] += 1

    def began(self, provided: Provided, seconds: float) -> None:
        """The first byte of an answer came after `seconds`."""
        self._lateness[provided].add(seconds)

    def worked(self, provided: Provided) -> None:
        """A request was answered."""
        if self.breakers[provided].failing:
            self.since[provided] = time.time()
        self.breakers[provided].worked()

    def failed(self, provided: Provided, faulty: Faulty, *, now: float) -> None:
        """A request failed."""
        kind, provider = provided
        logger.bind(kind=kind, provider=provider, fault=str(faulty.fault)).warning(
            "provider_failed"
        )
        self.faults[kind, provider, str(faulty.fault)] += 1
        if not self.breakers[provided].failing:
            self.since[provided] = time.time()
        self.breakers[provided].failed(faulty.fault, now=now, retry_after=faulty.retry_after)

    def moved_on(self, kind: str, source: str, target: str) -> None:
        """A turn went on with another provider."""
        self.failovers[kind, source, target] += 1

    def usual(self, provided: Provided) -> float | None:
        """Seconds to its first byte, usually; None before the first."""
        return self._lateness[provided].usual

    def slow_from(self, provided: Provided) -> float | None:
        """Seconds after which another one is asked as well; None: never."""
        return self._lateness[provided].p95 if self.hedge else None

    def used(self, kind: str, provider: str, model: str, unit: Unit, amount: float) -> Used:
        """So much was used; gives it with its price."""
        used = self.prices.priced(Used(kind, provider, model, unit, amount))
        self.amounts[kind, provider, str(unit)] += amount  # type: ignore[assignment]
        self.costs[kind, provider] += used.cost or 0.0
        return used
