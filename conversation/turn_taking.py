"""Who has the floor when both speak.

    caller's sound ──► HOLD (the bot's audio pauses) ──┬─ words that take the turn ──► YIELD
                                                       └─ a cough, "mm-hm", time ────► RELEASE

A pause lasts at most `HOLD_SECONDS`, so a bot that was not interrupted talks again within 0.6 s.
All times are seconds on one monotonic clock.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from math import inf

HOLD_SECONDS = 0.58
GOING_ON_SECONDS = 1.0  # of a reply: who speaks by then was not done, and has heard nothing of it

WORD_SECONDS = 0.4  # of sound: what a recogniser makes of less is invented
_ASKING_SECONDS = 0.25  # of sound, where two words begin a question ("how long")
SOON_SECONDS = 1.0  # after a sound: what comes by then goes on from it
_LONG_WORD = 5  # letters: longer than what is heard in a cough
_HUM_SECONDS = 0.55  # from when a sound is noticed; "mm-hm" is over by then
_BACKCHANNELS = frozenset(
    (
        "mm mhm hm hmm mmm mmmm mmhmm uh um er erm ah oh ooh aha ok okay yeah yep yes yup right "
        "sure alright fine good great cool nice wow really true exactly indeed huh ha haha hah heh"
    ).split()
)
_BACKCHANNEL_PHRASES = re.compile(
    r"\b(uh huh|mm hmm?|i see|got it|of course|go on|all right|i know|that's (right|good|great)|"
    r"(that |it )?makes sense|sounds good|very good|i understand|thank you)\b"
)
# A hum is heard as one of these before it is over, and "that makes sense" begins so.
_SAYS_LITTLE = frozenset("a an and the that that's this it it's is i so also you got makes".split())
_TAKES_THE_TURN = frozenset(
    (
        "stop wait no sorry hello hi hey excuse actually but hold pardon what repeat again why how "
        "when where who which operator agent cancel quiet never nope"
    ).split()
)
_ASKS = frozenset("how what when where who which why".split())
_TO_OTHERS = re.compile(
    r"\b(i'm|i am) (on the|on a|talking|speaking)\b|\b(i'll|i will) be (right )?(there|with you)\b"
    r"|\bnot now\b|\bsh+\b|\b(honey|sweetheart|darling|daddy|mommy|mum|mom)\b"
)
_ANEW = frozenset("stop wait hold no quiet cancel never pardon repeat again".split())


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
    joined = _BACKCHANNEL_PHRASES.sub(" ", " ".join(words))
    return all(word in _BACKCHANNELS for word in joined.split())


def takes_the_turn(text: str, *, final: bool, seconds: float) -> bool:
    """Whether `text`, heard over the bot for `seconds`, is somebody who wants to speak.

    What a recogniser makes of a cough or a hum is a few short invented words ("Man,", "In a mum").
    It takes a word that people stop others with; or else as much time as a word of substance needs,
    and two of them, or a final one that is long.
    """
    if is_backchannel(text) or for_others(text):
        return False
    words = _substance(text)
    if any(word in _TAKES_THE_TURN for word in words):
        asks = len(words) > 1 and words[0] in _ASKS
        return final or seconds >= (_ASKING_SECONDS if asks else WORD_SECONDS)
    if seconds < _HUM_SECONDS:
        return False
    return len(words) >= 2 or (final and any(len(word) >= _LONG_WORD for word in words))


def has_substance(text: str) -> bool:
    """Whether `text` is more than a hum, and may be the beginning of a sentence."""
    says = any(word not in _SAYS_LITTLE for word in _substance(text))
    return says and not is_backchannel(text) and not for_others(text)


def _substance(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in _BACKCHANNELS]


def begins_anew(text: str) -> bool:
    """Whether `text` can't be the rest of a sentence that a reply broke into."""
    return bool(_ANEW.intersection(words_of(text)[:1]))


def for_others(text: str) -> bool:
    """Whether `text` is said to somebody else in the room."""
    return bool(_TO_OTHERS.search(" ".join(words_of(text))))


def echoes(text: str, said: str) -> bool:
    """Whether `text` is what the bot is just saying, as it comes back out of a loudspeaker."""
    words = words_of(text)
    return len(words) > 1 and f" {' '.join(words)} " in f" {' '.join(words_of(said))} "


@dataclass(frozen=True)
class Sound:
    """What is known of a sound over the bot, beside its words.

    answers: a yes to what the bot is asking just now, which would be a backchannel elsewhere.
    aside: it is not for the bot. lasted: seconds from when it was noticed.
    """

    answers: bool = False
    aside: bool = False
    lasted: float = inf


_ANY = Sound()


@dataclass
class Overlap:
    """The caller makes a sound while the bot speaks or is about to."""

    holding: bool = False
    voice: bool = False
    deadline: float | None = None
    passed_over: bool = False  # the sound is too quiet to be for the bot, up to now
    began: float | None = None  # the sound, over the present reply
    _ended: float | None = None
    _lasted: float = 0.0  # seconds of it
    _earlier: float = 0.0  # seconds of what it goes on from
    _text: str = ""

    def voice_started(self, *, now: float, aside: bool = False) -> Floor | None:
        """A sound began: pause the bot until it is known what it is.

        aside: it is too quiet to be for the bot. What follows another sound soon goes on from it:
        people who break in hesitate, too.
        """
        ended = None if self.began is None else self._ended
        goes_on = ended is not None and now - ended < SOON_SECONDS
        self._earlier = self._earlier + self._lasted if goes_on else 0.0
        self.voice, self._ended, self._text, self._lasted = True, None, "", 0.0
        if self.holding:
            return None
        self.began = self.began if goes_on else now
        self.passed_over = aside
        return None if aside else self._hold(now)

    def grown(self, *, now: float) -> Floor:
        """The sound that was passed over is loud enough now."""
        self.passed_over = False
        return self._hold(now)

    def voice_stopped(self, *, now: float, silence: float = 0.0) -> None:
        """The sound ended `silence` seconds ago; its final transcript decides, or the deadline."""
        self.voice, self._ended, self.passed_over = False, now - silence, False

    def heard(self, text: str, sound: Sound = _ANY, *, final: bool, now: float) -> Floor | None:
        """Words of the sound came: somebody takes the turn, or nobody does."""
        self._text = "" if sound.aside else text
        self._lasted = sound.lasted  # words may come long after their sound
        seconds = (now if self._ended is None else self._ended) - (self.began or 0.0)
        seconds = min(seconds, self._earlier + self._lasted)
        if sound.answers or takes_the_turn(self._text, final=final, seconds=seconds):
            self._end()
            return Floor.YIELD
        if self.holding and (sound.aside or (final and not self.voice)):
            self._end()
            return Floor.RELEASE
        return None

    def wake(self, *, now: float, speaks: bool = True, worded: bool = True) -> Floor | None:
        """Who is still speaking, and has said something, has the floor; else the bot goes on.

        speaks: the sound goes on, and is for the bot, most likely. worded: what was said is known
        by now; where words come at the end only, a voice that goes on is enough.
        """
        if self.deadline is None or now < self.deadline:
            return None
        self._end()
        said = has_substance(self._text) or not worded
        return Floor.YIELD if self.voice and speaks and said else Floor.RELEASE

    def _hold(self, now: float) -> Floor:
        self.holding, self.deadline = True, now + HOLD_SECONDS
        return Floor.HOLD

    def _end(self) -> None:
        self.holding = self.passed_over = False
        self.deadline = None
