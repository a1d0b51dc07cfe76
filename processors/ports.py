"""What our processors need from above, as small protocols; `bot` passes in the real ones."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any, Protocol

import numpy as np

from conversation.actions import Post
from processors.frames import Script

Journal = Callable[[Mapping[str, Any]], None]
"""Keeps an entry of the session's event stream. Returns at once, never raises."""

Deliver = Callable[[Post], Awaitable[bool]]
"""Begins at once to post what was collected, and goes on though the call ends or nobody waits.
Gives whether it arrived."""

HandOver = Callable[[str, str], Coroutine[Any, Any, None]]
"""Connects the caller with a person: (reason, summary of the talk). Never raises."""

Progress = Callable[[int, Script, str, bool], None]
"""Keeps how far a reply is heard: (turn, its words, the pieces before the one that is being heard,
whether the call ends with it). Returns at once, never raises."""

Clock = Callable[[], float]
"""Seconds on one monotonic clock."""


LIMIT_SECONDS = 6.0  # a branch that hangs longer is given up, so that later turns get through


class Embedder(Protocol):
    """Turns text into one vector; the same text twice costs once."""

    def __call__(self, text: str) -> Awaitable[np.ndarray]:
        """float32, shape (384,), unit length."""
        ...


class Counter(Protocol):
    """Counts what happened, for the operator's metrics."""

    def __call__(self, name: str, **labels: str) -> None:
        """Adds one to the metric `name`."""
        ...


def count_nothing(name: str, **labels: str) -> None:
    """For sessions that nobody measures."""


def each_of(*counters: Counter) -> Counter:
    """Counts with all of them."""

    def count(name: str, **labels: str) -> None:
        for counter in counters:
            counter(name, **labels)

    return count


def journal_nothing(entry: Mapping[str, Any]) -> None:
    """For sessions that nobody keeps."""


def progress_nowhere(turn: int, script: Script, heard: str, hangs_up: bool) -> None:
    """For sessions that nobody keeps."""


async def deliver_nowhere(post: Post) -> bool:
    """For sessions that nothing is collected in."""
    return False
