"""The services that run on this machine and need nothing, around models that are loaded."""

from collections.abc import Mapping

from bot.services.local.grounded import GroundedLLM
from bot.services.local.hibari import HibariTTS, Voice
from bot.services.local.moonshine import MoonshineSTT, Recognizer
from bot.services.provider import LLM, STT, TTS, Provider
from conversation.replying import Persona
from rag_index.answer import Answerer

Named = tuple[str, str]
"""Kind and name, as in the settings."""


def local_services(
    answerer: Answerer,
    persona: Persona,
    recognizer: Recognizer | None = None,
    voice: Voice | None = None,
) -> Mapping[Named, Provider[...]]:
    """Those whose models are there."""
    there: dict[Named, Provider[...]] = {
        ("llm", "grounded"): LLM("grounded", lambda: GroundedLLM(answerer, persona))
    }
    if recognizer:
        there["stt", "moonshine"] = STT(
            "moonshine", lambda s: MoonshineSTT(recognizer, s), partials=True
        )
    if voice:
        there["tts", "hibari"] = TTS("hibari", lambda: HibariTTS(voice))
    return there
