"""A call through the real processors, with the intents of a few sentences and a model of one."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
from pipecat.frames.frames import (
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.actions import Post
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.desk import Desk
from conversation.fields import Field
from conversation.replying import Persona
from conversation.standing import Plan
from processors.frames import (
    IntentFrame,
    PassagesFrame,
    SpeechFinishedFrame,
    SpeechPieceFrame,
    SpeechStartedFrame,
    UserTurnFrame,
)
from processors.merge import Merge
from processors.state_manager import StateManager
from processors.then_ask import ThenAsk
from rag_index.intents import IntentResult
from tests.processors.harness import Bench, clock

PERSONA = Persona(unknown="I don't know.", transfer="One moment.")
PLANS = {
    "callback": Plan(
        "collect",
        "We will call you.",
        fields=(Field("name", "Your name?", "name"), Field("day", "Which day?", "date")),
        webhook="https://desk.test/hook",
    ),
    "person": Plan("transfer", "I'll get somebody.", reason="Asked for a person."),
    "fees": Plan("answer"),
}
INTENTS = {
    "call me back": IntentResult("callback", 1.0, "L1", "collect"),
    "a person please": IntentResult("person", 1.0, "L1", "transfer"),
    "somebody who knows": IntentResult("person", 0.2, "L2", "transfer"),
    "how much is it": IntentResult("fees", 0.9, "L2", "answer"),
}


class Branches(FrameProcessor):
    """Where intent and retrieval stand: knows the intents of a few sentences."""

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, UserTurnFrame):
            result = INTENTS.get(frame.text)
            await self.push_frame(IntentFrame(turn=frame.turn, result=result))
            found = PassagesFrame(turn=frame.turn, hits=(), embedding=np.zeros(384))
            await self.push_frame(found)


class Model(FrameProcessor):
    """Where the language model stands: answers every question alike."""

    async def process_frame(self, frame: Any, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self.push_frame(LLMFullResponseStartFrame())
            await self.push_frame(LLMTextFrame("It is $75."))
            await self.push_frame(LLMFullResponseEndFrame())
            return
        await self.push_frame(frame, direction)


class Line:
    """A call: the caller's turns go in, the bot's replies are heard as the test says."""

    def __init__(self) -> None:
        tell = Announcements("s", lambda: 0.0)
        desk = Desk(PERSONA, PLANS, 0.5, "s", lambda: datetime(2026, 11, 24))
        self.call = Call(tell, apology="Sorry.", desk=desk)
        self.posts: list[Post] = []
        self.arrives: asyncio.Future[bool] | None = None
        self.entries: list[dict[str, Any]] = []
        manager = StateManager(
            self.call, clock=clock, deliver=self._deliver,
            journal=lambda entry: self.entries.append(dict(entry)),
        )  # fmt: skip
        merge = Merge(PERSONA, tell, self.call.ledgers, clock=clock, desk=desk)
        self.bench = Bench(manager, Branches(), merge, Model(), ThenAsk())
        self.replies = 0

    def _deliver(self, post: Post) -> asyncio.Future[bool]:
        self.posts.append(post)
        self.arrives = asyncio.get_running_loop().create_future()
        return self.arrives

    async def says(self, text: str) -> str:
        """A whole turn; the words that answer it, not yet heard."""
        await self.bench.send(
            VADUserStartedSpeakingFrame(),
            VADUserStoppedSpeakingFrame(stop_secs=0.2),
            UserStoppedSpeakingFrame(),
            TranscriptionFrame(text, "", ""),
        )
        return await self.reply()

    async def reply(self) -> str:
        """The next reply's words."""
        self.replies += 1
        await self.bench.after.until(LLMFullResponseEndFrame, self.replies)
        frames = self.bench.after.frames
        ends = [i for i, f in enumerate(frames) if isinstance(f, LLMFullResponseEndFrame)]
        begin = ends[-2] if len(ends) > 1 else 0
        return "".join(f.text for f in frames[begin:] if isinstance(f, LLMTextFrame))

    async def begins(self, piece: str = "") -> None:
        turn = self.call.conversation.turn
        await self.bench.send_up(SpeechStartedFrame(turn=turn, at=clock()))
        await self.bench.send_up(SpeechPieceFrame(turn=turn, text=piece))
        await self.bench.settle()

    async def hears(self, text: str) -> None:
        """The reply is heard from beginning to end."""
        await self.begins(text)
        turn = self.call.conversation.turn
        await self.bench.send_up(SpeechFinishedFrame(turn=turn, heard=text))
        await self.bench.settle()

    async def talks(self, *turns: str) -> str:
        """Turns, each reply heard; the last reply."""
        words = ""
        for text in turns:
            words = await self.says(text)
            await self.hears(words)
        return words

    def kept(self, kind: str) -> Sequence[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]


READ_BACK = "Let me read that back. Name: Maria Lopez. Day: Monday, May 3, 2027. Is that right?"
FILLED = ("call me back", "It's Maria Lopez", "the third of may")
