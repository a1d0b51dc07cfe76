"""Any server that speaks OpenAI's API, at TURNWISE_LLM_URL: vLLM, Ollama, llama.cpp and others."""

from collections.abc import Callable
from typing import Any

from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.openai.llm import OpenAILLMService

from bot.services.openai_client import shared_client
from bot.services.provider import LLM
from bot.services.words import MOST_TOKENS, TEMPERATURE
from bot.settings import Settings


class Model:
    """Which model is asked: the one that is set, else the first that the server lists."""

    def __init__(self, name: str | None, client: Callable[[], AsyncOpenAI]) -> None:
        self.name, self._client = name, client

    async def known(self) -> str:
        """Asks the server once, if it must. Raises openai.OpenAIError."""
        if self.name is None:
            listed = await self._client().models.list()
            self.name = listed.data[0].id if listed.data else "default"
        return self.name


class ServerLLM(OpenAILLMService):
    """Pipecat's service with connections that all calls share."""

    supports_developer_role = False

    def __init__(self, client: AsyncOpenAI, model: Model) -> None:
        self._shared, self._model = client, model
        settings = OpenAILLMService.Settings(
            model=model.name or "", max_tokens=MOST_TOKENS, temperature=TEMPERATURE
        )
        super().__init__(settings=settings)

    def create_client(self, *_: Any, **__: Any) -> AsyncOpenAI:
        """The shared one."""
        return self._shared

    async def get_chat_completions(self, context: LLMContext) -> AsyncStream[ChatCompletionChunk]:
        """As Pipecat does, of the model that the server has."""
        self._settings.model = await self._model.known()
        return await super().get_chat_completions(context)


def provider(settings: Settings) -> LLM:
    """As TURNWISE_LLM=openai has it."""
    key = settings.llm_key.get_secret_value() if settings.llm_key else "none"
    client = shared_client(settings.llm_url or "", key)
    model = Model(settings.llm_model, client)
    return LLM(
        "openai",
        lambda: ServerLLM(client(), model),
        lambda: client().models.list(),
        settings.llm_model or "",
    )
