"""How much of our audio the caller has heard, by the marks that Twilio sends back.

audio, audio, mark "0:200" ─► Twilio plays ─► mark "0:200" comes back: 200 ms were heard
clear: Twilio sends all marks back at once; those of before mean nothing any more
"""

from dataclasses import dataclass

EVERY_SECONDS = 0.2


@dataclass
class Marks:
    """The marks of one stream. Positions are counted anew after each clear."""

    _era: int = 0
    _sent: float = 0.0
    _marked: float = 0.0

    def leaves(self, seconds: float) -> str | None:
        """Audio leaves; gives the name of the mark that should follow it, or None."""
        self._sent += seconds
        if self._sent - self._marked < EVERY_SECONDS - 1e-6:
            return None
        self._marked = self._sent
        return f"{self._era}:{round(self._sent * 1000)}"

    def back(self, name: str) -> float | None:
        """Seconds of what was sent that have not been heard yet; None: no mark of ours."""
        era, _, position = name.partition(":")
        if era != str(self._era) or not position.isascii() or not position.isdigit():
            return None
        return max(0.0, self._sent - int(position[:12]) / 1000)

    def cleared(self) -> None:
        """What was sent and not heard will not be."""
        self._era += 1
        self._sent = self._marked = 0.0
