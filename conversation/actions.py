"""What a call asks of its shell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversation.announcements import Message


@dataclass(frozen=True)
class Tell:
    """Send this to the client."""

    message: Message


@dataclass(frozen=True)
class Answer:
    """Find an answer to `text`. `about`: the last answered question; `messages`: chat so far.

    heard: of an earlier answer to the same turn, which was cut while it was being made. stands: the
    AnswerAhead of the turn is the answer, and may be heard.
    """

    turn: int
    text: str
    about: str | None
    messages: tuple[Mapping[str, str], ...]
    heard: str = ""
    stands: bool = False


@dataclass(frozen=True)
class Ahead:
    """Search for `text` already: the caller still speaks, or may. `about` as in Answer."""

    text: str
    about: str | None


@dataclass(frozen=True)
class AnswerAhead:
    """Make the answer that `Answer` would ask for, and keep it back: the turn may be over."""

    turn: int
    text: str
    about: str | None
    messages: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class DropAhead:
    """Throw away what an AnswerAhead has made: the turn goes on."""


@dataclass(frozen=True)
class Say:
    """Speak these words of our own for `turn`, and end the call with them if they are the last."""

    turn: int
    text: str
    then_hang_up: bool = False


@dataclass(frozen=True)
class Hold:
    """Pause the bot's audio where it is."""


@dataclass(frozen=True)
class Release:
    """Go on after a Hold."""


@dataclass(frozen=True)
class Cut:
    """Stop LLM, TTS and audio; `speech_cut` is expected."""


@dataclass(frozen=True)
class Resume:
    """Go on with the reply of `turn` from where it was cut."""

    turn: int


@dataclass(frozen=True)
class Leave:
    """End the connection now: the session goes on elsewhere."""


@dataclass(frozen=True)
class Transfer:
    """Hand the caller over to a person, who is told why and what was said so far."""

    turn: int
    reason: str
    summary: str


@dataclass(frozen=True)
class Post:
    """Send what was collected for `intent` to `url`; `delivered` is expected.

    key: the same for every attempt, so that none is a second order.
    """

    turn: int
    key: str
    intent: str
    url: str
    values: Mapping[str, str | None]


@dataclass(frozen=True)
class Record:
    """Keep this in the session's event stream."""

    entry: Mapping[str, Any]


@dataclass(frozen=True)
class Count:
    """Add one to a metric."""

    name: str
    labels: Mapping[str, str]


Action = (
    Tell | Answer | Ahead | AnswerAhead | DropAhead | Say | Hold | Release | Cut | Resume
    | Leave | Transfer | Post | Record | Count
)  # fmt: skip
