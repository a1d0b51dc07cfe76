"""Turns whose words and ends somebody else's recogniser tells.

fragment, fragment, … ─► vad_end ─► the words are all there: at once after a final fragment,
                                    else when one comes, or after a moment without one
"""

from dataclasses import dataclass, field

FINAL_SECONDS = 0.5  # for the final fragment of words that are known in part
FIRST_SECONDS = 2.0  # for the first word of a turn that ended without one


@dataclass
class Fragments:
    """The transcripts of the turn that is going on. Times are seconds on one monotonic clock."""

    open: bool = False
    ended: bool = False
    deadline: float | None = None
    _finals: list[str] = field(default_factory=list[str])
    _partial: str | None = None
    _guessed: str | None = None  # words taken without their final fragment, which may still come

    @property
    def text(self) -> str:
        """All words so far."""
        return " ".join(part for part in [*self._finals, self._partial or ""] if part)

    @property
    def complete(self) -> bool:
        """Whether the turn is over and no fragment of it is owed."""
        return self.ended and self._partial is None and bool(self._finals)

    def begins(self) -> bool:
        """The caller speaks; True if a turn begins or goes on with it."""
        begun = not self.open or self.ended
        self.open, self.ended, self.deadline = True, False, None
        return begun

    def belated(self, text: str, *, final: bool) -> bool:
        """Whether these words have been taken already, for want of this fragment."""
        guessed, self._guessed = self._guessed, None
        return final and not self.open and guessed is not None and _same(guessed, text)

    def heard(self, text: str, *, final: bool) -> None:
        """A fragment: it replaces the last partial one."""
        text = text.strip()
        if final:
            self._partial = None
            self._finals.append(text)
        else:
            self._partial = text

    def over(self, *, now: float) -> None:
        """The turn has ended; words may still be on their way."""
        if not self.ended:
            waits = FINAL_SECONDS if self.text else FIRST_SECONDS
            self.open, self.ended, self.deadline = True, True, now + waits

    def take(self) -> str:
        """All words of the turn, which is over: the next fragment is another's."""
        text, guessed = self.text, not self.complete
        self.open = self.ended = False
        self.deadline, self._finals, self._partial = None, [], None
        self._guessed = text if guessed and text else None
        return text


def _same(a: str, b: str) -> bool:
    plain = [[c for c in text.lower() if c.isalnum()] for text in (a, b)]
    return plain[0] == plain[1]
