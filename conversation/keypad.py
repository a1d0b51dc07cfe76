"""What the keys of a telephone say."""

from dataclasses import dataclass

PERSON = "I would like to speak to a person."
PAUSE_SECONDS = 3.0  # after a key, no other one comes
LONGEST = 32  # digits


@dataclass
class Keypad:
    """0 is a person, unless digits are wanted; # ends them, so does a pause; * begins anew."""

    digits: str = ""
    deadline: float | None = None

    def pressed(self, key: str, *, wanted: bool, now: float) -> str | None:
        """The words that the key completes, or None. wanted: whether digits are an answer now."""
        if key == "#":
            return self._take()
        if key == "*":
            self._take()
            return None
        if key == "0" and not self.digits and not wanted:
            return PERSON
        self.digits = (self.digits + key)[:LONGEST]
        self.deadline = now + PAUSE_SECONDS
        return None

    def wake(self, *, now: float) -> str | None:
        """The digits, if no more of them come."""
        return self._take() if self.deadline is not None and now >= self.deadline else None

    def _take(self) -> str | None:
        digits, self.digits, self.deadline = self.digits, "", None
        return digits or None
