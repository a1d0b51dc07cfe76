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
PAUSE_AFTER_THANKS = re.compile(r"\b(thank you|thanks)( (very|so) much| a lot| then| for now)?$")


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
