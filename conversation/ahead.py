"""What is worth searching while the caller still speaks, and when that search is good enough.

    "how much"  "how much is the"  "How much is the fee"      "How much is the fee, please?"
     searched    nothing new        searched ───────────────► the turn: found already

All times are seconds on one monotonic clock.
"""

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from conversation.turn_taking import is_backchannel

AT_MOST = 5  # searches in any SPAN seconds
SPAN = 1.0

_PIECE = re.compile(
    r"\.?\d+(?:[.,:/]\d+)*"  # a number, with what is within it
    r"|[^\W\d_]+(?:['\u2019][^\W\d_]+)*"  # a word
    r"|-(?=\d)|[^\w\s.,!?;:'\"()\-/\u2013\u2014\u2026\u2018\u2019\u201c\u201d]"  # "$", "%", "+"
)
_LIGHT = frozenset("a an the um uh er erm hm hmm mm ah please am is are do does".split())
_OPENERS = frozenset("ok okay hi hello hey".split())
_THANKS = (("thank", "you", "very", "much"), ("thank", "you"), ("thanks",), ("please",))
_EMPTY = frozenset(
    "what how when where which who why can could may would will i you we me my if it that "
    "there and but or to of in for".split()
)
_SAYS_NOTHING = _EMPTY | _LIGHT | _OPENERS
_WRITTEN_OUT = (
    (re.compile(r"^(won)'t$"), "will not"),
    (re.compile(r"^(can)(?:'t|not)$"), "can not"),
    (re.compile(r"^(\w+)n't$"), r"\1 not"),
    (re.compile(r"^(what|how|when|where|who|that|it|there|here|he|she)'s$"), r"\1 is"),
    (re.compile(r"^(i)'m$"), r"\1 am"),
    (re.compile(r"^(you|we|they)'re$"), r"\1 are"),
)


def essence(text: str) -> tuple[str, ...]:
    """The words that a search goes by: without case, punctuation, fillers, articles, politeness.

    The last word always counts, and so does what is written as a name ("ER", "plan A").
    """
    pieces = [part for piece in _PIECE.findall(text) for part in _written_out(piece)]
    for thanks in _THANKS:
        if tuple(_plain(pieces[-len(thanks) :])) == thanks:
            pieces = pieces[: -len(thanks)]
    while len(pieces) > 1 and _opens(pieces[0]):
        pieces = pieces[1:]
    kept = [piece for piece in pieces[:-1] if not _is_light(piece)]
    return tuple(_plain(kept + pieces[-1:]))


def stands_in(ahead: str, said: str) -> bool:
    """Whether what was found for `ahead` may be used for `said`: nothing that matters differs."""
    wanted = essence(said)
    return bool(wanted) and essence(ahead) == wanted


def _written_out(piece: str) -> list[str]:
    straight = piece.replace("\u2019", "'")
    for form, written in _WRITTEN_OUT:
        if form.match(straight.lower()):
            return form.sub(written, straight.lower()).split()
    return [straight]


def _opens(piece: str) -> bool:
    as_a_word = len(piece) == 1 or not piece.isupper()
    return as_a_word and piece.lower() in _OPENERS | _LIGHT


def _is_light(piece: str) -> bool:
    as_a_word = piece.islower() or (len(piece) > 1 and piece.istitle())
    return as_a_word and piece.lower() in _LIGHT


def _plain(pieces: list[str]) -> list[str]:
    return [piece.lower() for piece in pieces]


@dataclass
class Searching:
    """The searches made ahead in the turn that is going on; `times` outlives it.

    spare: whether there is time for them: most are for words that another few words follow.
    """

    spare: Callable[[], bool] = lambda: True
    times: deque[float] = field(default_factory=lambda: deque[float](maxlen=AT_MOST))
    _searched: tuple[tuple[str, ...], str | None] | None = None

    def wants(self, text: str, *, about: str | None, now: float) -> bool:
        """Whether to search these words now; the answer yes counts as a search.

        There must be time, they must say something new, and there are at most AT_MOST searches in
        SPAN seconds.
        about: the questions that these words may follow up on.
        """
        words = essence(text)
        if not self.spare() or is_backchannel(text) or _SAYS_NOTHING.issuperset(words):
            return False
        if self._searched == (words, about):
            return False
        if len(self.times) == AT_MOST and now - self.times[0] < SPAN:
            return False
        self._searched = words, about
        self.times.append(now)
        return True

    def forget(self) -> None:
        """Another turn begins: what was searched for the last one is not kept."""
        self._searched = None
