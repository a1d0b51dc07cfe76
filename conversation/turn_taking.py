"""Who has the floor when both speak, and when a silence ends a turn.

    caller's sound ──► HOLD (the bot's audio pauses) ──┬─ words that take the turn ──► YIELD
                                                       └─ a cough, "mm-hm", time ────► RELEASE

A pause lasts at most `HOLD_SECONDS`, so a bot that was not interrupted talks again within 0.6 s.
All times are seconds on one monotonic clock.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

HOLD_SECONDS = 0.58
GOING_ON_SECONDS = 1.0  # of a reply: who speaks by then was not done, and has heard nothing of it

JUDGED_AFTER = 0.1  # seconds of silence that Smart Turn needs
SILENCE_HEARD = 0.2  # and that it was trained on: the rest is made up
WAITS = (
    # from this probability on that the caller has finished: seconds of silence that end the turn
    (0.9, 0.15),
    (0.7, 0.35),
    (0.4, 0.5),
    (0.15, 0.8),
    (0.0, 1.5),
)
PAUSE_UNSURE = 0.5  # without a judgement
PAUSE_IN_WORDS = 1.8  # after words that nobody ends with; speech is noticed 0.15 s late
PAUSE_AT_COMMA = 0.8  # where the recogniser hears that a sentence goes on
PAUSE_UNANSWERED = 0.75  # after a question that nothing is known to answer: more may be to come
PAUSE_UNASKED = 1.6  # after other words that nothing is known to answer

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
_TAKES_THE_TURN = frozenset(
    (
        "stop wait no sorry hello hey excuse actually but hold pardon what repeat again why how "
        "when where who which operator agent cancel quiet never"
    ).split()
)
_TO_OTHERS = re.compile(
    r"\b(i'm|i am) (on the|on a|talking|speaking)\b|\b(i'll|i will) be (right )?(there|with you)\b"
    r"|\bnot now\b|\bsh+\b|\b(honey|sweetheart|darling|daddy|mommy|mum|mom)\b"
)
_ANEW = frozenset("stop wait hold no quiet cancel never pardon repeat again".split())
# What a sentence is not over after: an article, a conjunction, a beginning. A preposition may end a
# question about something ("Where are you from?").
_NEVER_LAST = frozenset(
    (
        "a an the and or but because if whether than until unless to any every very "
        "my your our their i i'm i'd "
        "i've i'll we're we'd he's she's they're um uh er erm em"
    ).split()
)
_SELDOM_LAST = frozenset("for with of from about at by in into on as it's that's which".split())
# Numbers and letters are told in groups; a year is told at once.
_DICTATED = re.compile(
    r"(?!\b(19|20)\d\d$)\b(\d[\s-]*){3,}$|(\b[A-Z]\b[\s.,-]*){2}$|"
    r"(?i:\b((oh|zero|one|two|three|four|five|six|seven|eight|nine)\b\W*){2}$)"
)
_DICTATED_END = 80  # characters that tell: looking at more takes the square of their number
_WHOLE_QUESTION = 5  # words: "How much is that?" may be "How much is the"
_WH = re.compile(r"\b(what|which|who|whom|where|how)\b")
_ASKS = re.compile(
    r"^((hi|hello|hey|so|and|okay|well|please|by) )*(what|which|who|whom|whose|where|when|why|how|"
    r"is|are|was|were|do|does|did|can|could|will|would|should|may|has|have)(n't|'s)?\b"
)
_BEGINNING = re.compile(
    r"^(hi|hello|hey|well|so|please|also|right now)$|"
    r"^(if|because|before|after|although|while|once|since|when (i|you|we|he|she|they))( \S+){0,5}$|"
    r"^(what|when|where|which|who|how|why)( \S+){0,2} "  # "how much does": its subject is to come
    r"(do|does|did|is|are|was|were|can|could|will|would|should|has|have)$|"
    r"((i'd|i would|we'd) like( to( know| ask)?)?|i (want|need) to( know| ask)?|"
    r"(can|could) you( please)? tell me|please tell me|i was wondering|do you know|let me see|"
    r"let me think|the thing is|\bmy( \S+){1,3} is|i have (a|two|three|another) questions?)$"
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
        return True
    if seconds < _HUM_SECONDS:
        return False
    return len(words) >= 2 or (final and any(len(word) >= _LONG_WORD for word in words))


def has_substance(text: str) -> bool:
    """Whether `text` is more than a hum, and may be the beginning of a sentence."""
    return bool(_substance(text)) and not is_backchannel(text) and not for_others(text)


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


def silence_after(text: str, *, answered: bool = True) -> float:
    """Seconds of silence that end a turn with these words at the least, however it sounds.

    answered: there is an answer to them, as they are.
    """
    words = words_of(text)
    if not words:
        return 0.0
    asks, joined = text.rstrip().endswith("?"), " ".join(words)
    stranded = asks and _WH.search(joined)  # "Where are you from?"
    last = words[-1] in _NEVER_LAST or (words[-1] in _SELDOM_LAST and not stranded)
    dictates = not asks and _DICTATED.search(text.rstrip(" .,-\"'")[-_DICTATED_END:])
    if last or dictates or _BEGINNING.search(joined):
        return PAUSE_IN_WORDS
    if not answered:
        whole = len(words) >= _WHOLE_QUESTION and (asks or _ASKS.search(joined))
        return PAUSE_UNANSWERED if whole else PAUSE_UNASKED
    return PAUSE_AT_COMMA if text.rstrip().endswith((",", "-", "…")) else 0.0


def silence_that_ends(probability: float) -> float:
    """Seconds of silence after which a turn is over, given how finished it sounds (0 to 1).

    probability: Smart Turn's estimate that the speaker has finished.
    """
    return next(wait for least, wait in WAITS if probability >= least)


@dataclass
class Overlap:
    """The caller makes a sound while the bot speaks or is about to."""

    holding: bool = False
    voice: bool = False
    deadline: float | None = None
    began: float | None = None  # the sound, over the present reply
    _ended: float | None = None
    _text: str = ""

    def voice_started(self, *, now: float, aside: bool = False) -> Floor | None:
        """A sound began: pause the bot until it is known what it is.

        aside: it is too quiet to be for the bot.
        """
        self.voice, self._ended, self._text = True, None, ""
        if self.holding:
            return None
        self.began = now
        if aside:
            return None
        self.holding, self.deadline = True, now + HOLD_SECONDS
        return Floor.HOLD

    def voice_stopped(self, *, now: float, silence: float = 0.0) -> None:
        """The sound ended `silence` seconds ago; its final transcript decides, or the deadline."""
        self.voice, self._ended = False, now - silence

    def heard(
        self, text: str, *, final: bool, now: float, answers: bool = False, aside: bool = False
    ) -> Floor | None:
        """Words of the sound came: somebody takes the turn, or nobody does.

        answers: a yes to what the bot is asking just now, which would be a backchannel elsewhere.
        aside: they are not for the bot.
        """
        self._text = "" if aside else text
        seconds = (now if self._ended is None else self._ended) - (self.began or 0.0)
        if answers or takes_the_turn(self._text, final=final, seconds=seconds):
            self._end()
            return Floor.YIELD
        if self.holding and (aside or (final and not self.voice)):
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

    def _end(self) -> None:
        self.holding, self.deadline = False, None
