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
    """The playback clock of one reply. `sent` counts seconds of audio from its first sample.

    reports_every: seconds of audio after each of which the client reports, if it does; what a
    report is missing for was not heard, however late it is by our clock.
    """

    sent: float = 0.0
    lead: float = LEAD_SECONDS
    reports_every: float | None = None
    _zero: float | None = None  # when the first sample was, or would have been, heard
    _reported: tuple[float, float] | None = None  # seconds heard, and when the client said so

    def __post_init__(self) -> None:
        self._begun = self.sent

    @property
    def told(self) -> bool:
        """Whether the client says what it heard, or is to."""
        return self.reports_every is not None or self._reported is not None

    def due(self, *, now: float) -> float:
        """When the next audio may leave."""
        return now if self._zero is None else self._zero + self.sent - self.lead

    def over(self, *, now: float) -> float:
        """When the last audio sent will have been heard."""
        ours = now if self._zero is None else self._zero + self.sent
        if self.reports_every is None or self._reported is None:
            return ours
        played, at = self._reported
        return max(ours, at + self.sent - played)

    def heard_at(self, seconds: float) -> float:
        """When the sample so far into the reply, which has left, is heard."""
        return (self._zero or 0.0) + seconds

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
        last, at = self._reported or (self._begun, None)
        if at is not None:
            played = last + now - at
        else:
            played = self._begun if self._zero is None else now - self._zero
        if self.reports_every is not None:
            played = min(played, last + self.reports_every)
        return max(0.0, min(self.sent, played))
