"""What was checked, how it is, and what to do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Check:
    """what: a setting, a service, a part. ok: None if it isn't used, so that nothing depends on it.

    told: how it is. advice: what to do, where something is. lists: what there is to choose from.
    """

    what: str
    ok: bool | None
    told: str
    advice: str = ""
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])

    def as_json(self) -> dict[str, Any]:
        """Without what is empty."""
        return {name: value for name, value in asdict(self).items() if value not in ("", {})}
