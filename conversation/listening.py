"""What the caller has said in the turn that is going on."""

from dataclasses import dataclass, field

TRANSCRIPT_SECONDS = 2.0  # after the end of a turn, a transcript that hasn't come won't


@dataclass
class Utterance:
    """Collects the transcripts of one turn and knows when they are all there.

        VAD stopped ──► a final transcript is owed ──► it came
        turn over and nothing owed ──► complete

    A recogniser may hear a pause and what follows it as one segment: the later transcript of a
    segment replaces the earlier one.
    """

    segments: dict[int, str] = field(default_factory=dict[int, str])
    over: bool = False
    voice: bool = False
    owed: bool = False
    deadline: float | None = None
    _closed: bool = True  # the last segment that came without a number had its final transcript

    @property
    def text(self) -> str:
        """All words so far, the unconfirmed ones at the end."""
        return " ".join(filter(None, self.segments.values()))

    @property
    def complete(self) -> bool:
        """Whether the turn is over and its words are all known."""
        return self.over and not self.owed

    def voice_started(self) -> None:
        """The caller speaks (again): the turn is not over after all."""
        self.voice, self.over, self.owed, self.deadline = True, False, False, None

    def voice_stopped(self, *, transcript_follows: bool) -> None:
        """The caller paused."""
        self.voice, self.owed = False, transcript_follows

    def heard(self, text: str, *, final: bool, segment: int | None = None) -> None:
        """A transcript came. Without a segment, a final one ends the segment of the partials."""
        if segment is None:
            segment = max(self.segments, default=0) + self._closed
            self._closed = final
        if text.strip() or final:
            self.segments[segment] = text.strip()
        if final:
            self.owed = False

    def ended(self, *, now: float) -> None:
        """The turn is over; a transcript that is still owed is waited for, not for ever."""
        self.over, self.deadline = True, now + TRANSCRIPT_SECONDS

    def wake(self, *, now: float) -> bool:
        """Whether waiting for the transcript has come to an end."""
        if self.deadline is None or now < self.deadline:
            return False
        self.deadline, self.owed = None, False
        return self.over
