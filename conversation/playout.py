"""What the caller has really heard of a reply, from how much of its audio was played."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise

_ROUNDING_MS = 0.5


@dataclass(frozen=True)
class Piece:
    """A part of a reply that was synthesized at once: its words and its audio's length.

    spoken: the words as the voice said them, each with when it began, if the voice tells.
    """

    text: str
    start_ms: float
    duration_ms: float
    spoken: tuple[tuple[str, float], ...] = ()

    def first_words(self, played_ms: float) -> str:
        """The words of which most was said after `played_ms` of the piece's audio."""
        words = self.text.split()
        if played_ms >= self.duration_ms or not words:
            return self.text
        if len(words) == len(self.spoken):  # word for word
            begins = [at for _, at in self.spoken]
            middles = [(a + b) / 2 for a, b in pairwise([*begins, self.duration_ms])]
            return " ".join(words[: bisect_right(middles, played_ms)])
        ends: list[float] = []
        length = 0
        for word in words:
            length += len(word) + 1
            ends.append(length - 0.5 * len(word) - 1)  # the middle of the word
        return " ".join(words[: bisect_right(ends, self._share(played_ms) * length)])

    def _share(self, played_ms: float) -> float:
        """How much of the text was said, 0 to 1."""
        if not self.spoken:
            return played_ms / self.duration_ms
        words, begins = zip(*self.spoken, strict=True)
        ends = [*begins[1:], self.duration_ms]
        at = max(0, bisect_right(begins, played_ms) - 1)
        within = (played_ms - begins[at]) / max(1.0, ends[at] - begins[at])
        said = sum(len(word) + 1 for word in words[:at])
        said += min(1.0, max(0.0, within)) * (len(words[at]) + 1)
        known = sum(len(word) + 1 for word in words)
        return said / max(known, len(self.text) + 1)  # the last words may not be made yet


@dataclass
class Playout:
    """Adds up the pieces of one reply. `played_ms` counts from the reply's first sample."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    _text: str = ""
    _start_ms: float = 0.0
    _duration_ms: float = 0.0
    _spoken: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    @property
    def total_ms(self) -> float:
        """Length of all the audio so far, in milliseconds."""
        return self._start_ms + self._duration_ms

    def begin(self, text: str) -> None:
        """The next piece's words are known; its audio follows."""
        self._close()
        self._text = text

    def extend(self, duration_ms: float) -> None:
        """More audio of the current piece was made."""
        self._duration_ms += duration_ms

    def word(self, spoken: str, at_ms: float) -> None:
        """The voice says this word of the current piece, `at_ms` from the piece's beginning."""
        self._spoken.append((spoken, at_ms))

    def heard(self, played_ms: float) -> str:
        """The words that ended before `played_ms`: a word counts when most of it was played.

        Within a piece whose voice tells no times, time is shared out among the words by their
        length in characters, which is within one word of the real alignment for the voices we use.
        """
        said: list[str] = []
        for piece in [*self.pieces, self._current]:
            if played_ms <= piece.start_ms or not piece.text:
                break
            said.append(piece.first_words(played_ms - piece.start_ms))
        return " ".join(part for part in said if part)

    def whole(self, played_ms: float) -> str:
        """The pieces that ended before `played_ms`; the one that is being made never has."""
        ends = played_ms + _ROUNDING_MS
        return " ".join(p.text for p in self.pieces if p.start_ms + p.duration_ms <= ends)

    def _close(self) -> None:
        if self._text:
            self.pieces.append(self._current)
        self._start_ms += self._duration_ms
        self._text, self._duration_ms, self._spoken = "", 0.0, []

    @property
    def _current(self) -> Piece:
        return Piece(self._text, self._start_ms, self._duration_ms, tuple(self._spoken))
