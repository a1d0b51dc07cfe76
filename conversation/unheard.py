"""What is left to be said of a piece when the voice that spoke it failed.

    "The deadline | is January fifteenth."
     └─ audio ────┘ └─ for the next voice

All times are seconds from the piece's first sample.
"""

from dataclasses import dataclass, field

SECONDS_A_LETTER = 0.067  # a voice of ordinary speed, spaces counted
_LEAD_SECONDS = 0.1  # before a voice says its first word
_TOO_SHORT = 0.4  # of the ordinary length: nobody speaks that fast


@dataclass
class Spoken:
    """One piece, spoken by several voices one after the other.

    words: (word, when it begins) of the present voice, if it tells; a voice that tells nothing is
    reckoned with by the letter.
    """

    text: str
    _done: int = 0  # words that earlier voices said
    seconds: float = 0.0  # of audio, by the present voice
    words: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    @property
    def rest(self) -> str:
        """What is still to be said."""
        return " ".join(self.text.split()[self._done :])

    @property
    def plausible(self) -> bool:
        """Whether the audio is long enough for the words: a stream can end early, and cleanly."""
        return self.seconds >= _TOO_SHORT * SECONDS_A_LETTER * len(self.rest)

    @property
    def whole(self) -> int:
        """How many of the words that the present voice told have all of their audio."""
        if not self.words:
            return 0
        starts = [at for _, at in self.words]
        ends = [*starts[1:], starts[-1] + len(self.words[-1][0]) * SECONDS_A_LETTER]
        return sum(end <= self.seconds for end in ends)

    def cut(self) -> float:
        """The present voice failed. Gives how many seconds of its last audio are to be dropped.

        What remains goes on at the first word that is not wholly there.
        """
        kept, drop = self._by_times() if self.words else (self._by_letters(), 0.0)
        self._done += kept
        self.seconds, self.words = 0.0, []
        return drop

    def _by_times(self) -> tuple[int, float]:
        whole = self.whole
        kept = self._counted(" ".join(word for word, _ in self.words[:whole]))
        next_at = self.words[whole][1] if whole < len(self.words) else self.seconds
        return kept, max(0.0, self.seconds - next_at)

    def _counted(self, spoken: str) -> int:
        """How many words of the rest `spoken` stands for: a voice may be given numbers spelt out.

        Words told in the text's own form are counted; else their letters are.
        """
        rest = self.rest.split()
        told = spoken.split()
        if told == rest[: len(told)]:
            return len(told)
        return self._first(_LEAD_SECONDS + (len(spoken) + 0.5) * SECONDS_A_LETTER)

    def _by_letters(self) -> int:
        return self._first(self.seconds)

    def _first(self, seconds: float) -> int:
        letters, count = (seconds - _LEAD_SECONDS) / SECONDS_A_LETTER, 0
        for word in self.rest.split():
            if letters < len(word):  # rather a word twice than one not at all
                break
            letters -= len(word) + 1
            count += 1
        return count
