"""One caller of the load test: plays real audio, and checks what comes back.

    PAUSE ──► TALK ──last sample──► WAIT ──first audio──► HEAR ──► PAUSE
                                                            └──breaks in──► TALK

Knows no sockets: a door hands it what comes, and sends what it says. Times are seconds on one
monotonic clock.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from benchmarks.capacity.script import BARGE_AFTER, PAUSES, REPLY, Said, turns

ANSWERED_WITHIN = 10.0  # seconds; a caller would have hung up
_OVER_AFTER = 0.25  # of silence, and the answer is over
_AS_LONG = (0.93, 1.07)  # times the seconds that the reply takes


class Does(Enum):
    """What a caller does."""

    PAUSE = auto()
    TALK = auto()
    WAIT = auto()
    HEAR = auto()


@dataclass
class Heard:
    """What all callers found. waits: seconds from the last word to the first sound."""

    since: float = float("inf")
    """What was before is not counted."""
    waits: list[float] = field(default_factory=list[float])
    gaps: list[float] = field(default_factory=list[float])
    """The longest of each answer, in seconds."""
    turns: int = 0
    barges: int = 0
    errors: Counter[str] = field(default_factory=Counter[str])

    def wrong(self, what: str, *, now: float) -> None:
        """Something that a caller would complain about."""
        if now >= self.since:
            self.errors[what] += 1


@dataclass
class Playout:
    """The caller's loudspeaker: plays what comes at once, and has no other buffer."""

    seconds: float = 0.0
    gap: float = 0.0
    until: float = 0.0

    def add(self, seconds: float, *, now: float) -> None:
        """More audio has come."""
        if self.seconds:
            self.gap = max(self.gap, now - self.until)
        self.until = max(self.until, now) + seconds
        self.seconds += seconds


@dataclass
class Caller:
    """reply_seconds: what the answer lasts, if nobody breaks in. checks_words: if it is told them.

    `next_frame` is what to send now, every 20 ms.
    """

    said: Said
    heard: Heard
    seed: int
    reply_seconds: float
    checks_words: bool = True
    pauses: tuple[float, float] = PAUSES
    does: Does = Does.PAUSE
    _turns: Iterator[tuple[float, bool]] = field(init=False)
    _at: float = float("inf")  # of the pause's end, or the last word, or the answer's beginning
    _frame: int = 0
    _barges: bool = False
    _broke_in: bool = False
    _cut: bool = False
    _words: list[str] = field(default_factory=list[str])
    _playout: Playout = field(default_factory=Playout)

    def __post_init__(self) -> None:
        self._turns = turns(self.seed, self.pauses)

    def starts(self, *, now: float) -> None:
        """The call is there."""
        self._pause(now)

    @property
    def until(self) -> float:
        """When what has come will have been heard."""
        return self._playout.until

    def tick(self, *, now: float) -> bool:
        """Time passes. True: the caller begins to talk."""
        match self.does:
            case Does.PAUSE if now >= self._at:
                self._talk(broke_in=False)
                return True
            case Does.WAIT if now - self._at > ANSWERED_WITHIN:
                self.heard.wrong("unanswered", now=now)
                self._pause(now)
            case Does.HEAR if self._barges and now - self._at > BARGE_AFTER:
                self._talk(broke_in=True)
                return True
            case Does.HEAR if now - self._playout.until > _OVER_AFTER:
                self._answered(now)
            case _:
                pass
        return False

    def next_frame(self, *, now: float) -> bytes:
        """What the microphone picked up in the last 20 ms."""
        number = self._frame
        self._frame += 1
        if self.does is not Does.TALK:
            return self.said.silence[number % len(self.said.silence)]
        frame = self.said.question[number]
        if number + 1 == len(self.said.question):
            self.talked(now=now)
        return frame

    def talked(self, *, now: float) -> None:
        """The last word has left."""
        if self._broke_in:
            self.heard.barges += now >= self.heard.since
            if not self._cut:
                self.heard.wrong("not_cut", now=now)
        self.does, self._at, self._frame = Does.WAIT, now, 0
        self._words, self._playout = [], Playout()

    def sound(self, seconds: float, *, now: float, silent: bool = False) -> None:
        """Audio has come."""
        if self.does is Does.WAIT:
            if now >= self.heard.since:
                self.heard.waits.append(now - self._at)
            if silent:
                self.heard.wrong("silent", now=now)
            self.does, self._at = Does.HEAR, now
        elif self.does is Does.TALK and not self._broke_in:
            self._cut = True  # it took a pause for the end: this turn is no measure
        if self.does is Does.HEAR:
            self._playout.add(seconds, now=now)

    def words(self, text: str) -> None:
        """The words of what comes next."""
        self._words.append(text)

    def cut(self, *, now: float) -> None:
        """What has come and was not played is not to be."""
        self._cut = True
        self._playout.until = min(self._playout.until, now)

    def lost(self, *, now: float) -> None:
        """The line is gone, and the caller did not hang up."""
        self.heard.wrong("dropped", now=now)

    def _pause(self, now: float) -> None:
        pause, self._barges = next(self._turns)
        self.does, self._at, self._frame = Does.PAUSE, now + pause, 0

    def _talk(self, *, broke_in: bool) -> None:
        self.does, self._frame = Does.TALK, 0
        self._broke_in, self._cut = broke_in, False
        self._barges = self._barges and not broke_in  # once an answer

    def _answered(self, now: float) -> None:
        if now >= self.heard.since:
            self.heard.turns += 1
            self.heard.gaps.append(self._playout.gap)
        least, most = (share * self.reply_seconds for share in _AS_LONG)
        if not least <= self._playout.seconds <= most:
            self.heard.wrong("length", now=now)
        if self.checks_words and " ".join(self._words) != REPLY:
            self.heard.wrong("words", now=now)
        self._pause(now)
