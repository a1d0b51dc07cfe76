"""Google's Cloud Text-to-Speech, streaming."""

from typing import Any

from google.cloud.texttospeech_v1 import TextToSpeechAsyncClient
from pipecat.services.google.tts import GoogleTTSService

from bot.services.google_channel import Voices
from bot.services.per_loop import PerLoop
from bot.services.provider import TTS
from bot.services.words import as_spoken
from bot.settings import Settings

_PIECE_SECONDS = 0.1


class GoogleTTS(GoogleTTSService):
    """Pipecat's service with a channel that all calls share, opened by an API key."""

    def __init__(self, client: TextToSpeechAsyncClient, voice: str) -> None:
        self._shared = client
        super().__init__(
            text_transforms=[("*", as_spoken)],
            settings=GoogleTTSService.Settings(voice=voice, language=_language(voice)),
        )

    @property
    def chunk_size(self) -> int:
        """Bytes that are waited for: the speech hold smooths what comes unevenly."""
        return int(self.sample_rate * _PIECE_SECONDS) * 2

    def _create_client(self, credentials: Any, credentials_path: Any) -> TextToSpeechAsyncClient:
        return self._shared


def _language(voice: str) -> str:
    """Of a name such as en-US-Chirp3-HD-Charon."""
    return "-".join(voice.split("-")[:2])


def provider(settings: Settings) -> TTS:
    """As TURNWISE_TTS=google has it."""
    assert settings.google_api_key
    key = settings.google_api_key.get_secret_value()
    voices = PerLoop(lambda: Voices(settings.google_tts_base_url, key))
    return TTS(
        "google",
        lambda: GoogleTTS(voices().client, settings.google_voice),
        lambda: voices().channel.channel_ready(),
        settings.google_voice,
    )
