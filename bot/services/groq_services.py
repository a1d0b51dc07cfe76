"""Groq: language models, and Whisper for speech to text."""

from collections.abc import AsyncGenerator
from functools import cache
from typing import Any

from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.audio import Transcription
from pipecat.frames.frames import ErrorFrame, Frame
from pipecat.services.groq.llm import GroqLLMService
from pipecat.services.groq.stt import GroqSTTService
from pipecat.transcriptions.language import Language

from bot.services.early_transcripts import EarlyTranscripts
from bot.services.local.moonshine import RATE
from bot.services.openai_client import shared_client
from bot.services.per_loop import PerLoop
from bot.services.provider import LLM, STT, Silence
from bot.services.words import MOST_TOKENS, TEMPERATURE
from bot.settings import Settings

_PATH = "/openai/v1"
_REASONS = "openai/gpt-oss"  # these models think before they speak; "low" is the least


class GroqLLM(GroqLLMService):
    """Pipecat's service with connections that all calls share."""

    supports_developer_role = False

    def __init__(self, client: AsyncOpenAI, model: str) -> None:
        self._shared = client
        settings = GroqLLMService.Settings(
            model=model,
            max_completion_tokens=MOST_TOKENS,
            temperature=TEMPERATURE,
            reasoning_effort="low" if model.startswith(_REASONS) else None,
        )
        super().__init__(api_key=client.api_key, settings=settings)

    def create_client(self, *_: Any, **__: Any) -> AsyncOpenAI:
        """The shared one."""
        return self._shared


class GroqSTT(EarlyTranscripts, GroqSTTService):
    """VAD frames mark the speech; each piece has one final transcript, empty if it has no words.

    An error goes with its exception, which Pipecat's service leaves out: it tells a wrong key from
    too many requests, and for how long these are too many.
    """

    def __init__(self, client: AsyncOpenAI, model: str, lull: Silence | None = None) -> None:
        super().__init__(
            lull=lull,
            api_key=client.api_key,
            base_url=str(client.base_url),
            http_client=_unused(),
            sample_rate=RATE,
            push_empty_transcripts=True,
            settings=GroqSTTService.Settings(model=model, language=Language.EN),
        )
        self._client = client
        self._error: Exception | None = None

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame, None]:
        """audio: a WAV file."""
        async for frame in super().run_stt(audio):
            if isinstance(frame, ErrorFrame):
                frame.exception = self._error
            yield frame

    async def _transcribe(self, audio: bytes) -> Transcription:
        try:
            return await super()._transcribe(audio)
        except Exception as error:
            self._error = error
            raise


@cache
def _unused() -> DefaultAsyncHttpxClient:
    """For the client that Pipecat's service makes and ours replaces: each takes 15 ms to make."""
    return DefaultAsyncHttpxClient()


def llm(settings: Settings) -> LLM:
    """As TURNWISE_LLM=groq has it."""
    client, model = _client(settings), settings.groq_model
    return LLM("groq", lambda: GroqLLM(client(), model), lambda: client().models.list(), model)


def stt(settings: Settings) -> STT:
    """As TURNWISE_STT=groq has it."""
    client, model = _client(settings), settings.groq_stt_model

    _unused()  # while nothing waits
    early = settings.answer_ahead == "always"  # it is paid for, and no answer needs it

    def make(silence: Silence) -> GroqSTT:
        return GroqSTT(client(), model, silence if early else None)

    return STT("groq", make, lambda: client().models.list(), model)


def _client(settings: Settings) -> PerLoop[AsyncOpenAI]:
    assert settings.groq_api_key
    base = settings.groq_base_url.rstrip("/").removesuffix(_PATH)
    return shared_client(base + _PATH, settings.groq_api_key.get_secret_value())
