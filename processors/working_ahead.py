"""Work on words that are not final yet, kept for the turn that they become."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeVar

from loguru import logger
from pipecat.frames.frames import CancelFrame, EndFrame, Frame, InterruptionFrame
from pipecat.processors.frame_processor import FrameProcessor

from conversation.ahead import stands_in
from processors.ahead_frames import UtteranceSoFarFrame
from processors.ports import LIMIT_SECONDS

T = TypeVar("T")


class Words(Protocol):
    """What a caller has said; about: the questions that it may follow up on."""

    text: str
    about: str | None


class WorkAhead(Generic[T]):
    """One piece of work at a time, on the newest words.

        UtteranceSoFarFrame     -> work(words), after what is under way; of what waits, the newest
        an interruption, an end -> nobody wants it any more
        result_for(the turn)    -> what was found for as good as the same words, or None

    A result that is still being made is waited for: that is never longer than to begin anew.
    """

    def __init__(self, owner: FrameProcessor, work: Callable[[Words], Awaitable[T]]) -> None:
        self._owner, self._work = owner, work
        self._waiting: Words | None = None
        self._under_way: Words | None = None
        self._made: tuple[Words, T] | None = None
        self._task: asyncio.Task[None] | None = None

    async def keeps(self, frame: Frame) -> bool:
        """Whether the frame ends here: words that are not final are nobody else's."""
        match frame:
            case UtteranceSoFarFrame():
                self._offer(frame)
                return True
            case InterruptionFrame() | EndFrame() | CancelFrame():
                await self.drop()
            case _:
                pass
        return False

    def _offer(self, words: Words) -> None:
        self._waiting = words
        if self._task is None:
            self._task = self._owner.create_task(self._run(), "ahead")

    async def result_for(self, turn: Words) -> T | None:
        """The result if there is one; the words of the next turn are others."""
        self._waiting = None
        if self._task and self._under_way and _fits(self._under_way, turn):
            await asyncio.wait([self._task])
        made = self._made
        await self.drop()
        return made[1] if made and _fits(made[0], turn) else None

    async def prepared(self, words: Words) -> T:
        """The result for words that may be all of the turn; it is kept. Raises what work raises."""
        if self._task:
            await asyncio.wait([self._task])
        if self._made is None or not _fits(self._made[0], words):
            self._made = words, await self._work(words)
        return self._made[1]

    async def drop(self) -> None:
        """Nobody wants it any more."""
        self._waiting = self._under_way = self._made = None
        if self._task:
            task, self._task = self._task, None
            await self._owner.cancel_task(task)

    async def _run(self) -> None:
        while words := self._waiting:
            self._waiting, self._under_way = None, words
            try:
                async with asyncio.timeout(LIMIT_SECONDS):
                    self._made = words, await self._work(words)
            except Exception as error:  # any model, any reason: the turn itself tries again
                logger.bind(error=type(error).__name__).warning("work_ahead_failed")
        self._task = self._under_way = None


def _fits(words: Words, turn: Words) -> bool:
    return words.about == turn.about and stands_in(words.text, turn.text)
