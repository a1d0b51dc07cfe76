"""A call that we place: what is known of it, from the webhook to its stream.

runner.py call ─► Twilio ─► POST /twilio/voice?greeting=… ─► parameters of the stream ─► Outbound
"""

from collections.abc import Mapping
from dataclasses import dataclass

from conversation.answered import By

LONGEST_GREETING = 400  # characters; Twilio takes 500 for a parameter with its name


@dataclass(frozen=True)
class Outbound:
    """What is said to whom. by: who answered, where Twilio has told."""

    greeting: str = ""
    by: By | None = None

    @classmethod
    def of_webhook(cls, form: Mapping[str, str], query: Mapping[str, str]) -> "Outbound | None":
        """None: somebody calls us."""
        if not form.get("Direction", "").startswith("outbound"):
            return None
        return cls(query.get("greeting", "")[:LONGEST_GREETING], _by(form.get("AnsweredBy", "")))

    @classmethod
    def of_stream(cls, told: Mapping[str, str]) -> "Outbound | None":
        """From what `parameters` gave. None: somebody calls us."""
        if told.get("direction") != "outbound":
            return None
        by = told.get("answered_by", "")
        return cls(told.get("greeting", ""), By(by) if by in set(By) else None)

    @property
    def parameters(self) -> dict[str, str]:
        """What the stream is to tell us again."""
        told = {"direction": "outbound", "greeting": self.greeting, "answered_by": self.by or ""}
        return {name: str(value) for name, value in told.items() if value}


def _by(answered: str) -> By | None:
    """answered: `AnsweredBy` as Twilio has it: human, machine_…, fax, unknown."""
    if answered == "human":
        return By.PERSON
    return By.MACHINE if answered.startswith(("machine", "fax")) else None
