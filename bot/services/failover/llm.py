"""Several language models as one: the next one goes on where a failing one stopped."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from bot.services.failover.asking import Reply, Request, Signs
from bot.services.failover.failover import Failover, Services
from bot.services.failover.switchboard import Switchboard
from conversation.faults import Fault, Faulty
from conversation.ledger import Ledgers
from conversation.replying import Persona, going_on
from conversation.sentences import SaidOnce
from processors.frames import SentenceFrame
from processors.grounded_context import GroundedContext
from processors.ports import Clock
from rag_index.speakable import speakable

SIGNS = Signs(
    "llm",
    content=lambda frame: isinstance(frame, LLMTextFrame) and bool(frame.text.strip()),
    end=lambda frame: isinstance(frame, LLMFullResponseEndFrame),
)


class LLMFailover(Failover):
    """LLMContextFrame -> the answer as SentenceFrames between LLMFullResponseStart and EndFrame.

    Only whole sentences go on, as a voice takes them. When a model fails in the middle, the next
    one is told what was said and asked to go on; what it repeats is left out. The grounded answerer
    can't continue another's sentence: it adds sentences of its own from the documents. Where
    nothing is added after something was said, by whomever, the persona's `cut_short` is. Where
    nothing was said, an ErrorFrame goes upstream. A context's `speculation` only says to whose
    account its answer goes, which is kept back behind the voice.
    """

    def __init__(
        self,
        services: Services,
        board: Switchboard,
        ledgers: Ledgers,
        persona: Persona,
        *,
        clock: Clock,
    ) -> None:
        super().__init__(SIGNS, services, board, ledgers, clock=clock)
        self._persona = persona

    async def handle(self, frame: Frame) -> None:
        if isinstance(frame, LLMContextFrame):
            await self._answer(frame.context, ahead=frame.speculation)
        else:
            await self.push_frame(frame)

    async def _answer(self, context: LLMContext, *, ahead: bool) -> None:
        said = SaidOnce(speakable)
        turn = context.turn if isinstance(context, GroundedContext) and not ahead else None
        request = self._request(turn)
        while reply := await request.next(
            lambda branch: branch.give(LLMContextFrame(context=_continued(context, said.said)))
        ):
            try:
                await self._pass_on(reply, request, said)
            except Faulty as faulty:
                said.cut()
                await request.failed(reply, faulty)
                continue
            except asyncio.CancelledError:
                await request.drop(reply)
                raise
            await request.worked(reply)
            break
        if not said.said:
            await self.push_error("no language model answers")
            return
        if not said.added:
            await self._say([self._persona.cut_short], said.said)
        await self.push_frame(LLMFullResponseEndFrame())

    async def _pass_on(self, reply: Reply, request: Request, said: SaidOnce) -> None:
        async for frame in reply.frames():
            if isinstance(frame, LLMTextFrame):
                before = list(said.said)
                await self._say(said.feed(frame.text), before)
            elif not isinstance(frame, LLMFullResponseStartFrame | LLMFullResponseEndFrame):
                await self.push_frame(frame)
        if not said.whole and not request.lineup.last:
            raise Faulty(Fault.CUT_SHORT)
        before = list(said.said)
        await self._say(said.end(), before)

    async def _say(self, sentences: Sequence[str], before: Sequence[str]) -> None:
        """before: what was said of the reply until now."""
        first = not before
        for sentence in sentences:
            if first:
                await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(SentenceFrame(sentence if first else f" {sentence}"))
            first = False


def _continued(context: LLMContext, said: Sequence[str]) -> LLMContext:
    if not said:
        return context
    messages = going_on(context.get_messages(), " ".join(said))
    if not isinstance(context, GroundedContext):
        return LLMContext(messages=messages)
    evidence = replace(context.evidence, answer=None)  # it was read as an answer from the start
    return GroundedContext(turn=context.turn, evidence=evidence, messages=messages, goes_on=True)
