"""When the next bit of a reply's audio may leave, and how much of it the caller has heard.

    sent ──────────────────────────►|
    played ────────────────►|  lead |      sent is never more than `lead` ahead of played

Audio leaves as it is heard, not as it is made: what was not sent needs no taking back when the
caller breaks in. Times are seconds on one monotonic clock.
"""

from dataclasses import dataclass

LEAD_SECONDS = 0.08  # what a busy event loop may be late by without an audible gap


@dataclass
class Pacer:
    """The playback clock of one reply. `sent` counts seconds of audio from its first sample."""

    sent: float = 0.0
    lead: float = LEAD_SECONDS
    _zero: float | None = None  # when the first sample was, or would have been, heard
    _reported: tuple[float, float] | None = None  # seconds heard, and when the client said so

    def due(self, *, now: float) -> float:
        """When the next audio may leave."""
        return now if self._zero is None else self._zero + self.sent - self.lead

    def over(self, *, now: float) -> float:
        """When the last audio sent will have been heard."""
        return now if self._zero is None else self._zero + self.sent

    def leaves(self, seconds: float, *, now: float) -> None:
        """Audio leaves now. After a pause or a gap, playback goes on from here."""
        if self._zero is None or now > self._zero + self.sent:
            self._zero = now - self.sent
        self.sent += seconds

    def reported(self, played: float, *, now: float) -> None:
        """The client says that so many seconds have been heard: it knows better than we."""
        self._reported = played, now

    def played(self, *, now: float) -> float:
        """Seconds of the reply that the caller has heard."""
        if self._reported:
            played, at = self._reported
            return min(self.sent, played + now - at)
        return 0.0 if self._zero is None else max(0.0, min(self.sent, now - self._zero))
