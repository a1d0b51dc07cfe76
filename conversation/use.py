"""What was used of each provider, and what it costs.

Amounts are tokens, characters or seconds of audio; prices are in one currency, each for a number
of units as providers publish them (a million tokens, an hour).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any


class Unit(StrEnum):
    """What providers count."""

    TOKENS_IN = "tokens_in"
    TOKENS_OUT = "tokens_out"
    CHARACTERS = "characters"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Used:
    """So much of a provider. kind: stt, llm or tts. cost: None where no price is known.

    thrown: for an answer that was made before the turn was over, and then was not wanted.
    """

    kind: str
    provider: str
    model: str
    unit: Unit
    amount: float
    cost: float | None = None
    thrown: bool = False

    def told(self) -> dict[str, Any]:
        """As the record and clients get it."""
        cost = None if self.cost is None else round(self.cost, 8)
        return {
            "kind": self.kind,
            "provider": self.provider,
            "model": self.model,
            "unit": str(self.unit),
            "amount": round(self.amount, 3),
            "cost": cost,
            **({"thrown": True} if self.thrown else {}),
        }


@dataclass(frozen=True)
class Price:
    """`price` for every `per` units."""

    price: float
    per: float


@dataclass(frozen=True)
class Prices:
    """By provider, model ("" for any other) and unit."""

    currency: str = "USD"
    by: Mapping[tuple[str, str, Unit], Price] = field(
        default_factory=dict[tuple[str, str, Unit], Price]
    )

    def priced(self, used: Used) -> Used:
        """The same with its cost."""
        key = used.provider, used.model, used.unit
        price = self.by.get(key) or self.by.get((used.provider, "", used.unit))
        cost = None if price is None else used.amount * price.price / price.per
        return replace(used, cost=cost)


def thrown_away(used: Iterable[Used]) -> list[Used]:
    """The same, when the answer that they were used for is not wanted; hearing was not for it."""
    return [one if one.kind == "stt" else replace(one, thrown=True) for one in used]


def total(told: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The sum of what `Used.told` gave: `by` provider, model and unit; `cost`; `complete`.

    What was thrown away has rows of its own, with `thrown`, and is in `cost` too.

    complete: whether everything had a price, so that `cost` is all of it.
    """
    by: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in told:
        what = "kind", "provider", "model", "unit", "thrown"
        key = tuple(str(one.get(name)) for name in what)
        sum_ = by.setdefault(key, {**one, "amount": 0.0, "cost": 0.0})
        sum_["amount"] = round(sum_["amount"] + one["amount"], 3)
        costs = sum_["cost"], one["cost"]
        sum_["cost"] = None if None in costs else round(sum(costs), 8)
    costs = [one["cost"] for one in by.values()]
    return {
        "by": list(by.values()),
        "cost": round(sum(cost for cost in costs if cost is not None), 8),
        "complete": None not in costs,
    }
