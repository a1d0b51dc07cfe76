"""A service that calls may use, as the settings name it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, ParamSpec

from pipecat.processors.frame_processor import FrameProcessor

from bot.services.local.lulls import Lull

P = ParamSpec("P")
Silence = Callable[[], Lull]
"""How long the caller's voice has been gone."""


async def nothing_to_open() -> None:
    """Of a service on this machine."""


@dataclass(frozen=True)
class Provider(Generic[P]):
    """name: as in the settings. make: the service of one call.

    warm: opens what all calls of the process share and the first would have to wait for; it raises
    whatever the provider's client raises. model: what usage is told of. partials: words are told
    while the caller still speaks.
    """

    name: str
    make: Callable[P, FrameProcessor]
    warm: Callable[[], Awaitable[object]] = nothing_to_open
    model: str = ""
    partials: bool = False


STT = Provider[[Silence]]
LLM = Provider[[]]
TTS = Provider[[]]
