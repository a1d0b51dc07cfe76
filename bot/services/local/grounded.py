"""The built-in LLM: answers with sentences of the documents, or says that it doesn't know."""

import asyncio

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from bot.services.local.unadapted import Unadapted
from conversation.replying import Persona
from processors.frames import CitationsFrame
from processors.grounded_context import Evidence, GroundedContext
from processors.retrieval import citation_of
from rag_index.answer import Answerer
from rag_index.followup import wants_more
from rag_index.quoting import GroundedAnswer


class GroundedLLM(LLMService):
    """LLMContextFrame with a GroundedContext -> CitationsFrame, LLM text frames.

    Nothing is generated: every sentence stands in a retrieved passage. Where none supports an
    answer the persona's words for that are said, and before one that comes near, those for that.
    """

    adapter_class = Unadapted

    def __init__(self, answerer: Answerer, persona: Persona) -> None:
        super().__init__(
            settings=LLMSettings(
                model="grounded",
                system_instruction=None,
                temperature=None,
                max_tokens=None,
                top_p=None,
                top_k=None,
                frequency_penalty=None,
                presence_penalty=None,
                seed=None,
                filter_incomplete_user_turns=False,
                user_turn_completion_config=None,
            )
        )
        self._answerer, self._persona = answerer, persona

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self._respond(frame)
        else:
            await self.push_frame(frame, direction)

    async def _respond(self, frame: LLMContextFrame) -> None:
        context = frame.context
        try:
            if not isinstance(context, GroundedContext):
                raise TypeError("the grounded answerer needs the passages that Merge adds")
            answer = context.evidence.answer
            if answer is None:
                said = self._said(context)
                answer = await asyncio.to_thread(self._answer, context.evidence, said)
        except Exception as error:  # whatever went wrong, the turn ends with an apology
            await self.push_error("the answer could not be made", exception=error)
            return
        logger.bind(turn=context.turn, confidence=round(answer.confidence, 3)).debug("answered")
        sure, ends = answer.answered, context.goes_on and not answer.answered
        quoting = "" if ends else self._persona.quoting(answer.text, sure=sure)
        by_passage = {c.passage for c in answer.citations} if quoting else set[str]()
        cited = [citation_of(h) for h in context.evidence.hits if h.passage.id in by_passage]
        await self.push_frame(CitationsFrame(cited, answer.confidence))
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(quoting or self._admission(context)))
        await self.push_frame(LLMFullResponseEndFrame())

    def _answer(self, evidence: Evidence, said: str) -> GroundedAnswer:
        return self._answerer.answer(
            evidence.question, evidence.embedding, evidence.hits, about=evidence.about, said=said
        )

    def _admission(self, context: GroundedContext) -> str:
        if context.goes_on:
            return self._persona.cut_short
        evidence = context.evidence
        more = wants_more(evidence.question) and evidence.about
        return self._persona.nothing_more if more else self._persona.unknown

    @staticmethod
    def _said(context: GroundedContext) -> str:
        return "\n".join(
            str(m.get("content", ""))
            for m in context.get_messages()
            if isinstance(m, dict) and m.get("role") == "assistant"
        )
