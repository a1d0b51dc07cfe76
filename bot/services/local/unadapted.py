"""For language models of ours, which take a context as it is: Pipecat's default loads OpenAI's."""

from typing import Any

from pipecat.adapters.llm.base_llm_adapter import BaseLLMAdapter
from pipecat.adapters.llm.schemas.tools_schema import ToolsSchema
from pipecat.processors.aggregators.llm_context import LLMContext


class Unadapted(BaseLLMAdapter[Any]):
    """Translates nothing: no provider is spoken to, and no tools are called."""

    @property
    def id_for_llm_specific_messages(self) -> str:
        """Of messages that only this model would be given."""
        return "grounded"

    async def get_llm_invocation_params(self, context: LLMContext, **kwargs: Any) -> Any:
        """None."""
        return {}

    def to_provider_tools_format(self, tools_schema: ToolsSchema) -> list[Any]:
        """None."""
        return []

    def get_messages_for_logging(self, context: LLMContext) -> list[dict[str, Any]]:
        """What was said is in no log."""
        return []
