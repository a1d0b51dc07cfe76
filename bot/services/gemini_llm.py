"""Gemini, through Google's own client."""

from google import genai
from google.genai.types import HttpOptions, HttpRetryOptions
from pipecat.services.google.llm import GoogleLLMService
from pipecat.services.google.utils import update_google_client_http_options

from bot.services.openai_client import QUIET_SECONDS
from bot.services.per_loop import PerLoop
from bot.services.provider import LLM
from bot.services.words import MOST_TOKENS, TEMPERATURE
from bot.settings import Settings


class GeminiLLM(GoogleLLMService):
    """Pipecat's service with connections that all calls share."""

    def __init__(self, client: genai.Client, model: str) -> None:
        self._shared = client
        settings = GoogleLLMService.Settings(
            model=model, max_tokens=MOST_TOKENS, temperature=TEMPERATURE
        )
        super().__init__(api_key="shared", settings=settings)

    def create_client(self) -> None:
        """The shared one."""
        self._client = self._shared

    async def _close_client(self) -> None:
        """Other calls use it still."""


def provider(settings: Settings) -> LLM:
    """As TURNWISE_LLM=gemini has it."""
    assert settings.google_api_key
    key, model = settings.google_api_key.get_secret_value(), settings.gemini_model
    options = update_google_client_http_options(
        HttpOptions(
            base_url=settings.gemini_base_url.rstrip("/"),
            timeout=int(QUIET_SECONDS * 1000),
            retry_options=HttpRetryOptions(attempts=1),  # else it waits up to 10 s for a second
        )
    )
    client = PerLoop(lambda: genai.Client(api_key=key, http_options=options))
    return LLM(
        "gemini",
        lambda: GeminiLLM(client(), model),
        lambda: client().aio.models.get(model=model),
        model,
    )
