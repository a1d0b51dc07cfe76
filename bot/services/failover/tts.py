"""Several voices as one: the next one goes on at the first word that is missing."""

import asyncio
import re
from collections import deque

from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStartedFrame,
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.text.base_text_aggregator import TextType

from bot.services.failover.asking import Reply, Request, Signs
from bot.services.failover.failover import Failover, Services
from bot.services.failover.switchboard import Switchboard
from conversation.faults import Fault, Faulty
from conversation.ledger import Ledgers
from conversation.sentences import Sentences
from conversation.unheard import Spoken
from processors.ahead_frames import TurnConfirmedFrame
from processors.frames import AnswerStartFrame, SentenceFrame, SpokenWordFrame, UnsaySpeechFrame
from processors.ports import Clock
from processors.tape import seconds_of

SIGNS = Signs(
    "tts",
    content=lambda frame: isinstance(frame, TTSAudioRawFrame) and bool(frame.audio),
    end=lambda frame: isinstance(frame, TTSStoppedFrame),
)


class TTSFailover(Failover):
    """LLM text -> for each sentence AggregatedTextFrame, TTSAudioRawFrames, TTSTextFrames.

    Each sentence is a request of its own. When a voice fails within one, the words whose audio is
    there stay, and the next voice says the others; half a word at the end is taken back
    (UnsaySpeechFrame) where the voice tells its words' times. Nobody left: an ErrorFrame upstream.
    """

    def __init__(
        self, services: Services, board: Switchboard, ledgers: Ledgers, *, clock: Clock
    ) -> None:
        super().__init__(SIGNS, services, board, ledgers, clock=clock)
        self._turn: int | None = None
        self._ahead = self._confirmed = 0
        self._sentences = Sentences()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        if isinstance(frame, TurnConfirmedFrame):
            self._confirmed = frame.ahead
            self._turn = frame.turn if self._ahead == frame.ahead else self._turn
        await super().process_frame(frame, direction)

    async def handle(self, frame: Frame) -> None:
        match frame:
            case AnswerStartFrame():
                self._ahead, self._sentences = frame.ahead, Sentences()
                known = not frame.ahead or frame.ahead == self._confirmed
                self._turn = frame.turn if known else None
            case LLMTextFrame():
                for sentence in self._sentences.feed(frame.text):
                    await self._speak(sentence)
                if isinstance(frame, SentenceFrame):
                    await self._speak(self._sentences.flush())
                return
            case LLMFullResponseEndFrame():
                await self._speak(self._sentences.flush())
            case TTSSpeakFrame():
                await self._speak(frame.text)
                return
            case _:
                pass
        await self.push_frame(frame)

    async def interrupted(self) -> None:
        self._sentences = Sentences()
        await super().interrupted()

    async def _speak(self, text: str) -> None:
        if not re.search(r"\w", text):
            return
        piece = _Piece(self, text)
        request = self._request(self._turn)
        while piece.spoken.rest and (
            reply := await request.next(
                lambda branch: branch.give(
                    TTSSpeakFrame(piece.spoken.rest, append_to_context=False)
                )
            )
        ):
            try:
                await self._pass_on(reply, request, piece)
            except Faulty as faulty:
                await piece.cut()
                await request.failed(reply, faulty)
                continue
            except asyncio.CancelledError:
                await request.drop(reply)
                raise
            await request.worked(reply)
            break
        else:
            if piece.spoken.rest:
                await self.push_error("no voice speaks")
        await piece.end()

    async def _pass_on(self, reply: Reply, request: Request, piece: "_Piece") -> None:
        async for frame in reply.frames():
            await piece.goes_on(frame)
        if not piece.spoken.plausible and not request.lineup.last:
            raise Faulty(Fault.CUT_SHORT)


class _Piece:
    """What goes on downstream of one sentence, whoever speaks it.

    The words go on when all of their audio is there: one by one if the voice tells when each
    begins (SpokenWordFrame), else at its end. A service tells all words of a text even if their
    audio never came.
    """

    def __init__(self, failover: TTSFailover, text: str) -> None:
        self.spoken = Spoken(text)
        self._push = failover.push_frame
        self._text = text
        self._started: TTSStartedFrame | None = None
        self._announced = False
        self._before = 0.0  # seconds of earlier voices
        self._timed = True  # every earlier voice told its words' times
        self._words: deque[TTSTextFrame] = deque()  # whose audio may not all be there
        self._out = self._told = 0  # words of the present voice that went on, and their times

    async def goes_on(self, frame: Frame) -> None:
        """The next frame of the present voice."""
        if not self._announced:
            self._announced = True
            await self._push(AggregatedTextFrame(self._text, TextType.SENTENCE))
        match frame:
            case TTSStartedFrame() if self._started is None:
                self._started = frame
                await self._push(frame)
            case TTSAudioRawFrame() if frame.audio:
                self.spoken.seconds += seconds_of(frame)
                await self._push(frame)
                await self._let_out(self.spoken.whole)
            case TTSTextFrame():
                self._words.append(frame)
            case SpokenWordFrame():
                self.spoken.words.append((frame.word, frame.at))
                await self._let_out(self.spoken.whole)
            case _:
                pass

    async def _let_out(self, whole: int) -> None:
        for word, at in self.spoken.words[self._told : whole] if self._timed else ():
            await self._push(SpokenWordFrame(word, self._before + at))
        self._told = max(self._told, whole)
        while self._words and self._out < whole:
            self._out += 1
            await self._push(self._words.popleft())

    async def cut(self) -> None:
        """The present voice failed."""
        before, seconds, timed = self.spoken.rest, self.spoken.seconds, bool(self.spoken.words)
        if (drop := self.spoken.cut()) > 0:
            await self._push(UnsaySpeechFrame(seconds=drop))
        kept = before.removesuffix(self.spoken.rest).split()
        if said := " ".join(kept[self._out :]):
            await self._push(TTSTextFrame(said, text_type=TextType.SENTENCE))
        self._before += seconds - drop
        self._timed = self._timed and (timed or not seconds)
        self._out = self._told = 0
        self._words.clear()

    async def end(self) -> None:
        """All that can be said was said."""
        await self._let_out(len(self.spoken.words))
        for word in self._words:
            await self._push(word)
        if self._started:
            await self._push(TTSStoppedFrame(context_id=self._started.context_id))
