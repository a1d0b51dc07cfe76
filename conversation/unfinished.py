"""A reply on its way to the caller: all that is to be said, and how far it was heard."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Unfinished:
    """The reply of `turn`.

    text: all its words; empty while they are being made. heard: its pieces before the one that is
    being heard.
    """

    turn: int
    text: str = ""
    heard: str = ""
    then_hang_up: bool = False

    @property
    def rest(self) -> str:
        """What is still to be said: from the beginning of the piece that was being heard."""
        return after(self.text, self.heard)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Unfinished":
        """What `as_dict` gave."""
        return cls(
            int(kept["turn"]), str(kept["text"]), str(kept["heard"]), bool(kept["then_hang_up"])
        )


def after(text: str, heard: str) -> str:
    """What follows in `text` after as many letters as `heard` has, whatever its spaces."""
    left = len(_letters(heard))
    for at, letter in enumerate(text):
        if left == 0:
            return text[at:].strip()
        left -= not letter.isspace()
    return ""


def begins(text: str, with_: str) -> bool:
    """Whether `text` begins with `with_`, whatever their spaces."""
    return _letters(text).startswith(_letters(with_))


def _letters(text: str) -> str:
    return "".join(text.split())
