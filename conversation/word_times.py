"""When each word of a sentence begins, from a voice that tells the time of each character."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class WordTimes:
    """Takes the characters piece by piece; the times of each piece count from its own beginning.

    ["D","u","e"," ","M"] at [0,60,120,180,240] ──► ("Due", 0.0)
    ["a","y"] at [0,60]                         ──► nothing yet
    the end                                     ──► ("May", 0.24)
    """

    _before_ms: float = 0.0  # of the pieces that came already
    _word: str = ""
    _begins: float = 0.0

    def add(
        self, chars: Sequence[str], starts_ms: Sequence[float], lasts_ms: Sequence[float]
    ) -> list[tuple[str, float]]:
        """The words that are whole by now, and when each begins, in seconds."""
        words: list[tuple[str, float]] = []
        for char, start in zip(chars, starts_ms, strict=False):
            if char.isspace():
                words += self.end()
                continue
            if not self._word:
                self._begins = (self._before_ms + start) / 1000
            self._word += char
        if starts_ms and lasts_ms:
            self._before_ms += starts_ms[-1] + lasts_ms[-1]
        return words

    def end(self) -> list[tuple[str, float]]:
        """The word that was under way, if one was."""
        word, self._word = self._word, ""
        return [(word, self._begins)] if word else []
