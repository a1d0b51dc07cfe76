"""What the caller has said in the turn that is going on."""

from dataclasses import dataclass, field

from conversation.endpointing import silence_after

REPORTED_SECONDS = 3.0  # for the voice or the words of a caller who is said to speak
TRANSCRIPT_SECONDS = 3.0  # after the end of a turn, a transcript isn't waited for any longer


@dataclass
class Utterance:
    """Collects the transcripts of one turn and knows when they are all there.

        VAD stopped ──► a final transcript is owed ──► it came
        turn over and nothing owed ──► complete
        turn over, owed too long ──► complete without it, late ──► it came ──► complete again

    A recogniser may hear a pause and what follows it as one segment: the later transcript of a
    segment replaces the earlier one.
    """

    segments: dict[int, str] = field(default_factory=dict[int, str])
    over: bool = False
    voice: bool = False
    owed: bool = False
    late: bool = False  # a transcript is still to come for a turn that was ended without it
    deadline: float | None = None
    _told: str = ""
    _reported: bool = False
    _silent_since: float | None = None
    _closed: bool = True  # the last segment that came without a number had its final transcript

    @property
    def text(self) -> str:
        """All words so far, the unconfirmed ones at the end."""
        return " ".join(filter(None, self.segments.values()))

    @property
    def complete(self) -> bool:
        """Whether the turn is over and its words are all known."""
        return self.over and not self.owed

    def news(self, *, waits: bool = False) -> str:
        """All words so far, if they were not told yet and no final transcript is about to.

        waits: the turn is over, and the caller is given time to go on.
        """
        if self.complete and not waits:
            return ""
        news = "" if self.text == self._told else self.text
        self._told = self.text
        return news

    def voice_started(self) -> None:
        """The caller speaks (again): the turn is not over after all."""
        self.voice, self.over, self.owed, self.deadline = True, False, False, None

    def reported(self, *, now: float) -> None:
        """The caller is said to speak; if nothing comes of it, the turn is over."""
        if not (self.voice or self.over or self.owed or self.text):
            self._reported, self.deadline = True, now + REPORTED_SECONDS

    def voice_stopped(self, *, transcript_follows: bool, at: float | None = None) -> None:
        """The caller paused; `at`: since then they have been silent, if that was only heard."""
        self.voice, self.owed, self._silent_since = False, transcript_follows, at

    def lingers(self, *, now: float, answered: bool = True) -> bool:
        """Whether a caller who seems to go on is still given time to, and until when.

        answered: there is an answer to their words.
        """
        if self._silent_since is None:  # somebody else tells the end of the turn
            return False
        wait = silence_after(self.text, answered=answered)
        if not wait or now >= self._silent_since + wait:
            return False
        self.deadline = self._silent_since + wait
        return True

    def heard(self, text: str, *, final: bool, segment: int | None = None) -> None:
        """A transcript came. Without a segment, a final one ends the segment of the partials."""
        if segment is None:
            segment = max(self.segments, default=0) + self._closed
            self._closed = final
        if text.strip() or final:
            self.segments[segment] = text.strip()
        if final:
            self.over = self.over or (self.late and not self.voice)
            self.owed = self.late = False

    def ended(self, *, now: float) -> None:
        """The turn is over; a transcript that is still owed is waited for, not for ever."""
        self.over, self.deadline = True, now + TRANSCRIPT_SECONDS

    def wake(self, *, now: float) -> bool:
        """Whether waiting for the transcript has come to an end."""
        if self.deadline is None or now < self.deadline:
            return False
        nothing_came = self._reported and not (self.voice or self.text)
        self.late = self.late or self.owed
        self.deadline, self.owed, self.over = None, False, self.over or nothing_came
        return self.over
