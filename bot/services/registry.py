"""The services of a process, in the order of the settings; each module is loaded if it is named."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from loguru import logger
from pipecat.processors.frame_processor import FrameProcessor

from bot.prices import load_prices
from bot.services.choices import CHOICES, runs_here
from bot.services.failover.llm import LLMFailover
from bot.services.failover.stt import STTFailover
from bot.services.failover.switchboard import Switchboard, Timeouts
from bot.services.failover.tts import TTSFailover
from bot.services.local.providers import Named
from bot.services.provider import LLM, STT, TTS, Provider, Silence
from bot.settings import Settings
from conversation.ledger import Ledgers
from conversation.replying import Persona

WARM_SECONDS = 5.0  # for a provider to take a connection

# Functions of Settings that give a Provider, each in a module of its own.
ELSEWHERE: Mapping[Named, str] = {
    ("stt", "groq"): "groq_services:stt",
    ("stt", "whisper"): "whisper_stt:provider",
    ("llm", "openai"): "openai_llm:provider",
    ("llm", "groq"): "groq_services:llm",
    ("llm", "gemini"): "gemini_llm:provider",
    ("tts", "elevenlabs"): "elevenlabs_tts:provider",
    ("tts", "google"): "google_tts:provider",
    ("tts", "piper"): "piper_tts:provider",
}


@dataclass(frozen=True)
class Services:
    """Those that may be used, each kind in the order in which they are asked."""

    stt: Sequence[STT] = ()
    llm: Sequence[LLM] = ()
    tts: Sequence[TTS] = ()
    board: Switchboard = field(default_factory=Switchboard)

    @property
    def writes(self) -> bool:
        """Whether answers are written by a language model that must be told what not to write."""
        return any(provider.name != CHOICES["llm"][-1].name for provider in self.llm)

    @property
    def speaks_here(self) -> bool:
        """Whether the voice is on this machine: a longer text takes it longer."""
        return bool(self.tts) and runs_here("tts", self.tts[0].name)

    @property
    def hears_partials(self) -> bool:
        """Whether words are known while the caller still speaks."""
        return bool(self.stt) and self.stt[0].partials

    def ears(self, silence: Silence, ledgers: Ledgers) -> FrameProcessor:
        """What one call hears with."""
        made = [(provider.name, provider.make(silence)) for provider in self.stt]
        return STTFailover(made, self.board, ledgers, clock=time.monotonic)

    def mind(self, persona: Persona, ledgers: Ledgers) -> FrameProcessor:
        """What answers in one call."""
        made = [(provider.name, provider.make()) for provider in self.llm]
        return LLMFailover(made, self.board, ledgers, persona, clock=time.monotonic)

    def mouth(self, ledgers: Ledgers) -> FrameProcessor:
        """What speaks in one call."""
        made = [(provider.name, provider.make()) for provider in self.tts]
        return TTSFailover(made, self.board, ledgers, clock=time.monotonic)

    async def warm(self) -> None:
        """Opens what calls share, all at once. What can't be opened is logged: a call finds out.

        Takes as long as the slowest connection, at most `WARM_SECONDS`.
        """
        await asyncio.gather(*(_warmed(p) for p in (*self.stt, *self.llm, *self.tts)))


def services_of(
    settings: Settings, here: Mapping[Named, Provider[...]], *, spoken: bool = True
) -> Services:
    """What the settings name. here: those on this machine. spoken: else only minds are needed.

    Raises PricesFileError, WeightsUnavailable.
    """

    def named(kind: str, names: Sequence[str]) -> list[Any]:
        return [here.get((kind, name)) or _elsewhere(kind, name, settings) for name in names]

    return Services(
        stt=named("stt", settings.stt) if spoken else (),
        llm=named("llm", settings.llm),
        tts=named("tts", settings.tts) if spoken else (),
        board=Switchboard(timeouts_of(settings), settings.hedge, load_prices(settings)),
    )


def timeouts_of(settings: Settings) -> Timeouts:
    """How long each is waited for."""
    seconds = {name: ms / 1000 for name, ms in settings.provider_timeouts_ms.items()}
    return Timeouts(
        by_kind={
            "stt": settings.stt_timeout_ms / 1000,
            "llm": settings.llm_timeout_ms / 1000,
            "tts": settings.tts_timeout_ms / 1000,
        },
        each={
            (kind, name): seconds.get(f"{kind}.{name}", seconds.get(name, 0.0))
            for kind, choices in CHOICES.items()
            for name in (choice.name for choice in choices)
            if {f"{kind}.{name}", name} & set(seconds)
        },
    )


def _elsewhere(kind: str, name: str, settings: Settings) -> Provider[...]:
    module, _, function = ELSEWHERE[kind, name].partition(":")
    return getattr(import_module(f"bot.services.{module}"), function)(settings)


async def _warmed(provider: Provider[...]) -> None:
    try:
        async with asyncio.timeout(WARM_SECONDS):
            await provider.warm()
    except Exception as error:  # whatever its client raises
        logger.bind(provider=provider.name, error=type(error).__name__).warning("not_warmed")
