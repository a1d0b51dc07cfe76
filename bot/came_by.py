"""How a call has come to us."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CameBy:
    """door: `browser`, `orchestrate`, `telephone` or `pipecat`. owner: which key let it in.

    kept_as: the session's id in the store, where its client calls it otherwise.
    """

    door: str = ""
    owner: str = ""
    kept_as: str = ""


UNKNOWN = CameBy()
