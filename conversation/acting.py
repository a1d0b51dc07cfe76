"""What a help desk can do about a turn, and when it asks before it does it.

An act that can't be taken back is never done on a guess: where the caller's wish is not sure, it is
offered, and done on a plain yes. A wish is sure if a pattern matched (L1), or if the classifier is
at least as confident as `sure_from` of intents.yaml. What is collected is posted only after a
plain yes to its read-back; nothing else counts as sure there.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import Enum, StrEnum, auto
from typing import Any

SURE_FROM = 0.5  # on the sample desk: wishes for a person in new words have 0.1 to 0.3, others less


class Act(StrEnum):
    """What can be done. All but POST are the actions of intents.yaml."""

    ANSWER = "answer"  # from the documents
    REPLY = "reply"  # fixed words
    REPEAT = "repeat"  # the last answer
    COLLECT = "collect"  # begin to ask for the fields of a form
    POST = "post"  # send what was collected
    TRANSFER = "transfer"  # to a person
    HANG_UP = "hang_up"  # end the call


class Gate(Enum):
    """Whether an act is done at once."""

    DO = auto()
    ASK = auto()


IRREVERSIBLE = frozenset({Act.POST, Act.TRANSFER, Act.HANG_UP})

GATES: Mapping[tuple[Act, bool], Gate] = {
    # (act, whether the wish is sure)
    (Act.ANSWER, True): Gate.DO,
    (Act.ANSWER, False): Gate.DO,
    (Act.REPLY, True): Gate.DO,
    (Act.REPLY, False): Gate.DO,
    (Act.REPEAT, True): Gate.DO,
    (Act.REPEAT, False): Gate.DO,
    (Act.COLLECT, True): Gate.DO,
    (Act.COLLECT, False): Gate.ASK,  # it could be left again, but it takes several turns
    (Act.POST, True): Gate.DO,
    (Act.POST, False): Gate.ASK,  # the read-back
    (Act.TRANSFER, True): Gate.DO,
    (Act.TRANSFER, False): Gate.ASK,
    (Act.HANG_UP, True): Gate.DO,
    (Act.HANG_UP, False): Gate.ASK,
}

OFFERS: Mapping[Act, str] = {
    Act.TRANSFER: "Shall I put you through to a person?",
    Act.HANG_UP: "Shall I end the call?",
    Act.COLLECT: "Shall I take down your details?",
}


@dataclass(frozen=True)
class Wanted:
    """What the caller was understood to want. confidence: 0 to 1."""

    intent: str
    act: Act
    confidence: float = 1.0
    level: str = "L1"

    def sure(self, sure_from: float) -> bool:
        """Whether it may be acted on without asking."""
        return self.level == "L1" or self.confidence >= sure_from


@dataclass(frozen=True)
class Offer:
    """An act that waits for a yes. said: the caller's words that led to it."""

    act: Act
    intent: str = ""
    said: str = ""

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> "Offer | None":
        """What `asdict` gave, if anything."""
        return cls(Act(kept["act"]), str(kept["intent"]), str(kept["said"])) if kept else None


@dataclass(frozen=True)
class Due:
    """An act that the reply to `turn` announces, until it is done."""

    turn: int
    act: Act
    offer: Offer
    why: str = ""  # where somebody outside the call has said it

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any] | None) -> "Due | None":
        """What `as_dict` gave, if anything."""
        offer = Offer.from_dict(kept["offer"]) if kept else None
        if not (kept and offer):
            return None
        return cls(int(kept["turn"]), Act(kept["act"]), offer, str(kept.get("why", "")))
