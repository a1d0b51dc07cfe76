"""Waits for intent and passages, at most a set time, and starts the answer with what is there."""

from collections.abc import Mapping

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

from conversation.announcements import Announcements
from conversation.desk import Desk
from conversation.ledger import Ledgers
from conversation.replying import Fixed, Persona, Reply, messages_for
from conversation.standing import Plan
from processors.ahead_frames import (
    AnswerableFrame,
    PossibleTurnFrame,
    TurnConfirmedFrame,
    TurnWithdrawnFrame,
)
from processors.alarm import Alarm
from processors.frames import (
    AnswerStartFrame,
    IntentFrame,
    PassagesFrame,
    UserTurnFrame,
)
from processors.grounded_context import Evidence, GroundedContext
from processors.pending import Made, Pending
from processors.ports import Clock, Counter, count_nothing
from processors.retrieval import citation_of
from rag_index.orders import without_orders


class Merge(FrameProcessor):
    """UserTurnFrame, IntentFrame, PassagesFrame -> AnswerStartFrame + LLMContextFrame, or words.
    PossibleTurnFrame and what is found for it -> the same, to be kept back; nobody is told, and
                                                  the desk doesn't change; AnswerableFrame upstream
    UserTurnFrame with the same answer         -> TurnConfirmedFrame; with another one,
                                                  TurnWithdrawnFrame, then that one

    desk: decides; without one, `replies` are the fixed words of each intent that has some.
    patience: seconds that the slower branch is waited for; then the answer starts without it.
    count: `answers_ahead` by outcome: begun, and then used or thrown_away.
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
        count: Counter = count_nothing,
    ) -> None:
        super().__init__()
        self._persona, self._tell, self._ledgers = persona, announcements, ledgers
        self._now, self._patience = clock, patience
        plans = {intent: Plan(reply=words) for intent, words in (replies or {}).items()}
        self._desk = desk or Desk(persona, plans)
        self._count = count
        self._pending: Pending | None = None
        self._possible: Pending | None = None
        self._made: Made | None = None
        self._number = 0
        self._alarm = Alarm(self, clock, self._start_answer)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case UserTurnFrame():
                self._pending, self._possible = Pending(frame), None
                self._alarm.set(self._now() + self._patience)
                return
            case PossibleTurnFrame():
                self._possible = Pending(frame)
                return
            case IntentFrame() | PassagesFrame():
                await self._found(frame)
                return
            case StartFrame():
                self._alarm.start()
            case InterruptionFrame():
                self._pending = self._possible = None
                self._alarm.set(None)
                self._throw_away()
            case EndFrame() | CancelFrame():
                await self._alarm.stop()
            case _:
                pass
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._alarm.stop()  # a call that ends as it begins has no EndFrame

    async def _found(self, frame: IntentFrame | PassagesFrame) -> None:
        pending = self._possible if frame.ahead else self._pending
        if pending is None or pending.turn.turn != frame.turn:
            return
        if isinstance(frame, IntentFrame):
            pending.intent = frame
        else:
            pending.passages = frame
        if pending.intent and (pending.passages or isinstance(self._reply(pending), Fixed)):
            await (self._start_ahead() if frame.ahead else self._start_answer())

    async def _start_ahead(self) -> None:
        pending, self._possible = self._possible, None
        if pending is None:
            return
        await self._withdraw()
        reply = self._reply(pending)
        sure = pending.answered_by(reply, sure_from=self._desk.sure_from) or self._desk.collects
        known = AnswerableFrame(pending.turn.turn, pending.turn.text, sure)
        await self.push_frame(known, FrameDirection.UPSTREAM)
        self._number += 1
        self._made = Made(self._number, pending.turn, reply, pending.hits)
        self._count("answers_ahead", outcome="begun")
        await self._begin(pending, reply)

    async def _withdraw(self) -> None:
        if self._throw_away():
            await self.push_frame(TurnWithdrawnFrame())

    def _throw_away(self) -> bool:
        made, self._made = self._made, None
        if made:
            self._count("answers_ahead", outcome="thrown_away")
        return made is not None

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
        if (made := self._made) and made.stands(pending, reply):
            self._made = None
            self._count("answers_ahead", outcome="used")
            await self.push_frame(TurnConfirmedFrame(turn, made.number))
            return
        await self._withdraw()
        await self._begin(pending, reply)

    async def _begin(self, pending: Pending, reply: Reply) -> None:
        if isinstance(reply, Fixed):
            await self._say(pending.turn, reply)
        else:
            await self._ask(pending, reply.then)

    def _reply(self, pending: Pending) -> Reply:
        messages = pending.turn.messages
        last = next((m["content"] for m in reversed(messages) if m["role"] == "assistant"), "")
        turn, wanted = pending.turn, pending.wanted
        ahead = isinstance(turn, PossibleTurnFrame)
        decide = self._desk.preview if ahead else self._desk.reply
        return decide(turn.turn, turn.text, wanted, last_reply=last)

    async def _say(self, turn: UserTurnFrame | PossibleTurnFrame, reply: Fixed) -> None:
        start = self._starts(turn)
        start.then_hang_up = reply.hang_up
        await self.push_frame(start)
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(reply.text))
        await self.push_frame(LLMFullResponseEndFrame())

    async def _ask(self, pending: Pending, then: str) -> None:
        turn, found = pending.turn, pending.passages
        hits, answer = (found.hits, found.answer) if found else ((), None)
        citations = [citation_of(hit) for hit in hits]
        context = GroundedContext(
            turn=turn.turn,
            evidence=Evidence(
                question=turn.text,
                hits=hits,
                embedding=found.embedding if found else None,
                about=turn.about,
                answer=answer,
            ),
            messages=messages_for(
                self._persona,
                turn.messages,
                turn.text,
                [
                    {**c, "text": without_orders(h.passage)}
                    for c, h in zip(citations, hits, strict=True)
                ],
                answered=bool(answer.text) if answer else None,
            ),
        )
        start = self._starts(turn)
        start.citations, start.asked, start.then_ask = citations, True, then
        await self.push_frame(start)
        await self.push_frame(LLMContextFrame(context=context, speculation=bool(start.ahead)))

    def _starts(self, turn: UserTurnFrame | PossibleTurnFrame) -> AnswerStartFrame:
        if isinstance(turn, UserTurnFrame):
            return AnswerStartFrame(turn.turn, heard=turn.heard)
        return AnswerStartFrame(turn.turn, ahead=self._number)
