"""How long a silence has to be to end a turn, by how finished it sounds and by its words.

All times are seconds on one monotonic clock.
"""

import re

from conversation.turn_taking import words_of

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
PAUSE_AFTER_THANKS = 0.9  # a goodbye follows, or another question; neither is in a hurry
PAUSE_UNANSWERED = 0.75  # after a question that nothing is known to answer: more may be to come
PAUSE_UNASKED = 1.6  # after other words that nothing is known to answer

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
_THANKS = re.compile(r"\b(thank you|thanks)( (very|so) much| a lot| then| for now)?$")


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
    more = PAUSE_AT_COMMA if text.rstrip().endswith((",", "-", "…")) else 0.0
    if _THANKS.search(joined):
        more = max(more, PAUSE_AFTER_THANKS)
    if answered:
        return more
    whole = len(words) >= _WHOLE_QUESTION and (asks or _ASKS.search(joined))
    return max(more, PAUSE_UNANSWERED) if whole else PAUSE_UNASKED


def silence_that_ends(probability: float) -> float:
    """Seconds of silence after which a turn is over, given how finished it sounds (0 to 1).

    probability: Smart Turn's estimate that the speaker has finished.
    """
    return next(wait for least, wait in WAITS if probability >= least)
