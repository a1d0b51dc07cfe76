"""Who has the floor when both speak, and when a silence ends a turn.

    caller's sound ──► HOLD (the bot's audio pauses) ──┬─ words that take the turn ──► YIELD
                                                       └─ a cough, "mm-hm", time ────► RELEASE

A pause lasts at most `HOLD_SECONDS`, so a bot that was not interrupted talks again within 0.6 s.
All times are seconds on one monotonic clock.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

HOLD_SECONDS = 0.5
SURE_OF_END = 0.8  # Smart Turn: above this the turn ends at once
UNSURE_OF_END = 0.15  # below this the caller is clearly in the middle of something
PAUSE_UNSURE = 0.5  # seconds of silence that end an undecided turn
PAUSE_UNFINISHED = 1.5  # and one that sounds unfinished

_LONG_WORD = 5  # letters: longer than what is heard in a cough
_HUM_SECONDS = 0.65  # "mm-hm" is shorter
_BACKCHANNELS = frozenset(
    (
        "mm mhm hm hmm mmm mmhmm uh um er erm ah oh ooh aha ok okay yeah yep yes yup right sure "
        "alright fine good great cool nice wow really true exactly indeed huh ha haha"
    ).split()
)
_BACKCHANNEL_PHRASES = frozenset(
    ("uh huh", "mm hm", "mm hmm", "i see", "got it", "of course", "go on", "all right", "i know",
     "that's right", "makes sense", "sounds good", "very good", "i understand", "thank you")
)  # fmt: skip
_TAKES_THE_TURN = frozenset(
    (
        "stop wait no sorry hello hey excuse actually but hold pardon what repeat again why how "
        "when where who which operator agent cancel quiet never"
    ).split()
)


class Floor(Enum):
    """What the bot's audio should do."""

    HOLD = auto()
    RELEASE = auto()
    YIELD = auto()


def words_of(text: str) -> list[str]:
    """Lower-case words, without punctuation; "mm-hm" is two."""
    return re.findall(r"[\w']+", text.lower())


def is_backchannel(text: str) -> bool:
    """Whether `text` only shows that the caller listens. No words at all count too."""
    words = words_of(text)
    joined = " ".join(words)
    for phrase in _BACKCHANNEL_PHRASES:
        joined = re.sub(rf"\b{re.escape(phrase)}\b", " ", joined)
    return all(word in _BACKCHANNELS for word in joined.split())


def takes_the_turn(text: str, *, final: bool, seconds: float) -> bool:
    """Whether `text`, heard over the bot for `seconds`, is somebody who wants to speak.

    What a recogniser makes of a cough or a hum is a few short invented words ("Man,", "In a mum").
    It takes a word that people stop others with; or else as much time as a word of substance needs,
    and two of them, or a final one that is long.
    """
    if is_backchannel(text):
        return False
    words = [word for word in words_of(text) if word not in _BACKCHANNELS]
    if any(word in _TAKES_THE_TURN for word in words):
        return True
    if seconds < _HUM_SECONDS:
        return False
    return len(words) >= 2 or (final and any(len(word) >= _LONG_WORD for word in words))


def silence_that_ends(probability: float) -> float:
    """Seconds of silence after which a turn is over, given how finished it sounds (0 to 1).

    probability: Smart Turn's estimate that the speaker has finished.
    """
    if probability >= SURE_OF_END:
        return 0.0
    return PAUSE_UNSURE if probability >= UNSURE_OF_END else PAUSE_UNFINISHED


@dataclass
class Overlap:
    """The caller makes a sound while the bot speaks or is about to."""

    holding: bool = False
    voice: bool = False
    deadline: float | None = None
    _began: float = 0.0
    _ended: float | None = None

    def voice_started(self, *, now: float) -> Floor | None:
        """A sound began: pause the bot until it is known what it is."""
        self.voice, self._ended = True, None
        if self.holding:
            return None
        self._began = now
        self.holding, self.deadline = True, now + HOLD_SECONDS
        return Floor.HOLD

    def voice_stopped(self, *, now: float) -> None:
        """The sound ended; its final transcript decides, or the deadline."""
        self.voice, self._ended = False, now

    def heard(self, text: str, *, final: bool, now: float, answers: bool = False) -> Floor | None:
        """Words of the sound came: somebody takes the turn, or nobody does.

        answers: a yes to what the bot is asking just now, which would be a backchannel elsewhere.
        """
        seconds = (now if self._ended is None else self._ended) - self._began
        if answers or takes_the_turn(text, final=final, seconds=seconds):
            self._end()
            return Floor.YIELD
        if final and not self.voice and self.holding:
            self._end()
            return Floor.RELEASE
        return None

    def wake(self, *, now: float) -> Floor | None:
        """Nobody took the turn in time: the bot goes on, and still listens."""
        if self.deadline is None or now < self.deadline:
            return None
        self._end()
        return Floor.RELEASE

    def _end(self) -> None:
        self.holding, self.deadline = False, None
