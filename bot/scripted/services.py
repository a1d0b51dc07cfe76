"""The caller's voice, and ears for the bot's: factories that a script's YAML names.

user:
  speech: {factory: bot.scripted.services.voice, voice: hibari}
judge:
  transcription: {factory: bot.scripted.services.ear}
"""

import functools
import io
import wave
from collections.abc import AsyncGenerator, Mapping
from typing import Any

from pipecat.classifiers.base_classifier import BaseClassifier
from pipecat.classifiers.llm.classifier import LLMClassifier
from pipecat.frames.frames import Frame, TranscriptionFrame
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import SegmentedSTTService, STTService
from pipecat.services.tts_service import TTSService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.engine import Engine
from bot.services.local.hibari import HibariTTS, Voice
from bot.services.local.moonshine import RATE, Recognizer

HEARD_WITHIN = 1.0  # seconds, for what Pipecat waits after a segment


def voice(_config: Mapping[str, Any]) -> TTSService:
    """A caller who sounds as the local voice does, by a model that is not the bot's."""
    return HibariTTS(_voice())


def ear(_config: Mapping[str, Any]) -> STTService:
    """Hears what the bot really said."""
    return _Ear(_recognizer())


def judging_model(engine: Engine) -> BaseClassifier | None:
    """The first language model of the settings; None where answers are grounded only."""
    for provider in engine.services.llm:
        service = provider.make() if provider.name != "grounded" else None
        if isinstance(service, LLMService):
            return LLMClassifier(llm=service)
    return None


_voice = functools.cache(Voice)
_recognizer = functools.cache(Recognizer)


class _Ear(SegmentedSTTService):
    """A segment of the bot's speech -> TranscriptionFrame."""

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__(
            sample_rate=RATE,
            ttfs_p99_latency=HEARD_WITHIN,
            settings=STTSettings(model="moonshine-tiny", language=Language.EN),
        )
        self._recognizer = recognizer

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """audio: the segment as WAV."""
        with wave.open(io.BytesIO(audio)) as file:
            pcm = file.readframes(file.getnframes())
        if words := await self._recognizer.transcribe(pcm):
            yield TranscriptionFrame(words, "", time_now_iso8601(), Language.EN)
