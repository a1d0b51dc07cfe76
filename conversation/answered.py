"""Who has answered a call that we placed, and when it is ours to speak.

    connected ─┬─ nobody speaks ────────────────────────► PERSON ─► Step.GREET
               ├─ little is said, then it is quiet ─────► PERSON ─► Step.GREET
               └─ words of a recording, or no end ──────► MACHINE ─ its end, a tone ─► Step.LEAVE

A rule on the first words, where Pipecat's VoicemailDetector would be: that one wants a model to
ask, interrupts by itself, where only our state machine may, and never speaks to somebody who waits
to be spoken to. All times are seconds on one monotonic clock.
"""

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto

from conversation.recordings import sounds_recorded

NOBODY_SECONDS = 3.0  # of silence, and whoever it is waits for us
SAID_SECONDS = 0.8  # of quiet after words: a person waits, a recording goes on
OWED_SECONDS = 2.5  # of quiet, for the last words of a voice; without any it was a cough
ENDED_SECONDS = 2.0  # of quiet after a recording: it is over, and so is the tone
LONG_SECONDS = 10.0  # nobody says so much before they know who calls
WATCHED_SECONDS = 40.0  # a recording that paused long enough to be greeted gives itself away
LAST_SECONDS = 60.0  # a recording without an end is not waited for


class By(StrEnum):
    """Who it is."""

    PERSON = "person"
    MACHINE = "machine"


class Step(Enum):
    """What to do now."""

    GREET = auto()
    LEAVE = auto()  # the message, and the call


@dataclass
class Answered:
    """One call that we placed. by: who answered, once it is known."""

    by: By | None = None
    deadline: float | None = None
    _began: float = 0.0
    _speaks: bool = False
    _quiet_from: float | None = None
    _owed: bool = False  # a voice has ended whose last words have not come
    _said: list[str] = field(default_factory=list[str])
    _left: bool = False

    def connected(self, *, now: float) -> None:
        """Somebody, or something, has picked up."""
        self._began = now
        waits = {By.PERSON: 0.0, By.MACHINE: ENDED_SECONDS, None: NOBODY_SECONDS}
        self.deadline = now + waits[self.by]

    def voice(self, speaks: bool, *, now: float) -> None:
        """A voice began, or ended."""
        self._speaks, self._owed = speaks, not speaks
        self._quiet_from = None if speaks else now
        self._wait()

    def words(self, text: str, *, final: bool, now: float) -> None:
        """What the voice says: a transcript, partial or final."""
        so_far = " ".join([*self._said, text])
        if final:
            self._said.append(text)
        self._owed = self._owed and not final
        watched = now - self._began < WATCHED_SECONDS
        if self.by is not By.MACHINE and watched and sounds_recorded(so_far):
            self.by = By.MACHINE
        self._wait()

    def _wait(self) -> None:
        if self.by is By.PERSON or self._left:
            return
        if self._speaks:
            self.deadline = self._began + (LAST_SECONDS if self.by else LONG_SECONDS)
        elif self._quiet_from is not None:
            unknown = OWED_SECONDS if self._owed else SAID_SECONDS
            self.deadline = self._quiet_from + (ENDED_SECONDS if self.by else unknown)

    def wake(self, *, now: float) -> Step | None:
        """`deadline` has passed."""
        if self.deadline is None or now < self.deadline:
            return None
        self.deadline = None
        if self.by is By.MACHINE:
            self._left = True
            return Step.LEAVE
        if self.by is None and self._speaks:
            self.by = By.MACHINE  # it talks and talks
            self._wait()
            return None
        self.by = By.PERSON
        return Step.GREET
