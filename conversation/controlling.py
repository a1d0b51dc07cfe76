"""What other services may tell a call while it is held.

{"type": "user_speaking"}             the caller speaks: as certain as a barge-in gets
{"type": "say", "text": "…"}          these words, once nobody speaks
{"type": "transfer", "reason": "…"}   the caller goes to a person
{"type": "end", "reason": "…"}        a goodbye, and the call is over; `reason` may be left out
{"type": "forget"}                    from a worker that was asked to: every trace goes
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

LONGEST_MESSAGE = 8192  # characters
LONGEST_TEXT = 1000  # a minute of speech
LONGEST_REASON = 200
FORGET = {"type": "forget"}


@dataclass(frozen=True)
class Speaking:
    """The caller speaks."""


@dataclass(frozen=True)
class Words:
    """Say this."""

    text: str


@dataclass(frozen=True)
class HandOver:
    """Put the caller through to a person, who is told why."""

    why: str


@dataclass(frozen=True)
class End:
    """Say goodbye and hang up. reason: what the client is told."""

    reason: str = "ended"


@dataclass(frozen=True)
class Forget:
    """Drop the call; nothing more of it is kept."""


Order = Words | HandOver | End
"""What is said once nobody speaks."""
Command = Speaking | Order | Forget


def read(text: str) -> Command | None:
    """What a message asks for; None: nothing that is known, or too much of it."""
    if len(text) > LONGEST_MESSAGE:
        return None
    try:
        said: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return command(cast(Mapping[str, Any], said)) if isinstance(said, dict) else None


def command(message: Mapping[str, Any]) -> Command | None:
    """As `read`, of the message itself. Fields that are not known mean nothing."""
    match message:
        case {"type": "user_speaking"}:
            return Speaking()
        case {"type": "say", "text": str(text)} if _fits(text, LONGEST_TEXT):
            return Words(text.strip())
        case {"type": "transfer", "reason": str(why)} if _fits(why, LONGEST_REASON):
            return HandOver(why.strip())
        case {"type": "end", "reason": str(reason)} if _fits(reason, LONGEST_REASON):
            return End(reason.strip())
        case {"type": "end"} if message.get("reason") is None:
            return End()
        case {"type": "forget"}:
            return Forget()
        case _:
            return None


def _fits(text: str, most: int) -> bool:
    return 0 < len(text.strip()) <= most
