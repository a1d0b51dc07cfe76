"""Waits for intent and passages, at most a set time, and starts the answer with what is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterruptionFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.acting import Act, Wanted
from conversation.announcements import Announcements
from conversation.desk import Desk
from conversation.ledger import Ledgers
from conversation.replying import Fixed, Persona, Reply, messages_for
from conversation.standing import Plan
from processors.alarm import Alarm
from processors.frames import (
    AnswerStartFrame,
    Evidence,
    GroundedContext,
    IntentFrame,
    PassagesFrame,
    UserTurnFrame,
)
from processors.ports import Clock
from processors.retrieval import citation_of


@dataclass
class _Pending:
    turn: UserTurnFrame
    intent: IntentFrame | None = None
    passages: PassagesFrame | None = None


class Merge(FrameProcessor):
    """UserTurnFrame, IntentFrame, PassagesFrame -> AnswerStartFrame + LLMContextFrame, or words.

    desk: decides; without one, `replies` are the fixed words of each intent that has some.
    patience: seconds that the slower branch is waited for; then the answer starts without it.
    """

    def __init__(
        self,
        persona: Persona,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
        desk: Desk | None = None,
        replies: Mapping[str, str] | None = None,
        patience: float = 0.15,
    ) -> None:
        super().__init__()
        self._persona, self._tell, self._ledgers = persona, announcements, ledgers
        self._now, self._patience = clock, patience
        plans = {intent: Plan(reply=words) for intent, words in (replies or {}).items()}
        self._desk = desk or Desk(persona, plans)
        self._pending: _Pending | None = None
        self._alarm = Alarm(self, clock, self._start_answer)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        pending = self._pending
        match frame:
            case UserTurnFrame():
                self._pending = _Pending(frame)
                self._alarm.set(self._now() + self._patience)
                return
            case IntentFrame():
                if pending and pending.turn.turn == frame.turn:
                    pending.intent = frame
                    await self._maybe_start()
                return
            case PassagesFrame():
                if pending and pending.turn.turn == frame.turn:
                    pending.passages = frame
                    await self._maybe_start()
                return
            case StartFrame():
                self._alarm.start()
            case InterruptionFrame():
                self._pending = None
                self._alarm.set(None)
            case EndFrame() | CancelFrame():
                await self._alarm.stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def _maybe_start(self) -> None:
        pending = self._pending
        if pending and pending.intent and (pending.passages or self._needs_no_passages(pending)):
            await self._start_answer()

    def _needs_no_passages(self, pending: _Pending) -> bool:
        return isinstance(self._reply(pending), Fixed)

    async def _start_answer(self) -> None:
        pending, self._pending = self._pending, None
        if pending is None:
            return
        self._alarm.set(None)
        turn = pending.turn.turn
        self._ledgers.of(turn).mark("merged", now=self._now())
        missing = [
            name
            for name, there in (("intent", pending.intent), ("retrieval", pending.passages))
            if there is None
        ]
        message = self._tell.processing("merge", 1.0, {"missing": missing})
        await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        reply = self._reply(pending)
        if isinstance(reply, Fixed):
            await self._say(turn, reply)
        else:
            await self._ask(pending, reply.then)

    def _reply(self, pending: _Pending) -> Reply:
        result = pending.intent.result if pending.intent else None
        messages = pending.turn.messages
        last = next((m["content"] for m in reversed(messages) if m["role"] == "assistant"), "")
        wanted = None
        if result and result.intent:
            wanted = Wanted(result.intent, Act(result.action), result.confidence, result.level)
        turn = pending.turn
        return self._desk.reply(turn.turn, turn.text, wanted, last_reply=last)

    async def _say(self, turn: int, reply: Fixed) -> None:
        await self.push_frame(AnswerStartFrame(turn=turn, then_hang_up=reply.hang_up))
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(reply.text))
        await self.push_frame(LLMFullResponseEndFrame())

    async def _ask(self, pending: _Pending, then: str) -> None:
        turn, found = pending.turn, pending.passages
        hits = found.hits if found else ()
        citations = [citation_of(hit) for hit in hits]
        context = GroundedContext(
            turn=turn.turn,
            evidence=Evidence(turn.text, hits, found.embedding if found else None, turn.about),
            messages=messages_for(self._persona, turn.messages, turn.text, citations),
        )
        start = AnswerStartFrame(turn=turn.turn, citations=citations, then_ask=then)
        await self.push_frame(start)
        await self.push_frame(LLMContextFrame(context=context))
