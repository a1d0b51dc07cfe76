"""What the caller has really heard of a reply, from how much of its audio was played."""

from bisect import bisect_right
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Piece:
    """A part of a reply that was synthesized at once: its words and its audio's length."""

    text: str
    start_ms: float
    duration_ms: float


@dataclass
class Playout:
    """Adds up the pieces of one reply. `played_ms` counts from the reply's first sample."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    _text: str = ""
    _start_ms: float = 0.0
    _duration_ms: float = 0.0

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

    def heard(self, played_ms: float) -> str:
        """The words that ended before `played_ms`: a word counts when most of it was played.

        Within a piece, time is shared out among the words by their length in characters, which is
        within one word of the real alignment for the voices we use.
        """
        said: list[str] = []
        for piece in [*self.pieces, Piece(self._text, self._start_ms, self._duration_ms)]:
            if played_ms <= piece.start_ms or not piece.text:
                break
            said.append(_first_words(piece, played_ms - piece.start_ms))
        return " ".join(part for part in said if part)

    def _close(self) -> None:
        if self._text:
            self.pieces.append(Piece(self._text, self._start_ms, self._duration_ms))
        self._start_ms += self._duration_ms
        self._text, self._duration_ms = "", 0.0


def _first_words(piece: Piece, played_ms: float) -> str:
    words = piece.text.split()
    if played_ms >= piece.duration_ms or not words:
        return piece.text
    ends: list[float] = []
    spoken = 0
    for word in words:
        spoken += len(word) + 1
        ends.append(spoken - 0.5 * len(word) - 1)  # the middle of the word
    share = played_ms / piece.duration_ms * spoken
    return " ".join(words[: bisect_right(ends, share)])
