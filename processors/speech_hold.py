"""Holds the bot's speech between TTS and transport, and lets it out as it is heard."""

import asyncio

from pipecat.frames.frames import (
    AggregatedTextFrame,
    CancelFrame,
    EndFrame,
    EndWorkerFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
    SystemFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import (
    AnswerStartFrame,
    CitationsFrame,
    HoldSpeechFrame,
    PlaybackFrame,
    ReleaseSpeechFrame,
    ResumeSpeechFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechPieceFrame,
    SpeechStartedFrame,
)
from processors.ports import Clock
from processors.tape import NOBODY, Tape


class SpeechHold(FrameProcessor):
    """Everything between an AnswerStartFrame and LLMFullResponseEndFrame is one reply.

    TTSAudioRawFrame      -> the same in small chunks, at most 80 ms ahead of the caller's ear
    AggregatedTextFrame   -> the same, `response_ready`, SpeechPieceFrame upstream
    first audio           -> SpeechStartedFrame upstream
    end of the reply      -> SpeechFinishedFrame upstream, once it was heard
    HoldSpeechFrame       -> nothing leaves until ReleaseSpeechFrame
    InterruptionFrame     -> SpeechCutFrame upstream; what was not heard is kept
    ResumeSpeechFrame     -> goes on from the first sample that was not heard
    PlaybackFrame         -> what was heard is what the client says, not what our clock says
    """

    def __init__(self, announcements: Announcements, ledgers: Ledgers, *, clock: Clock) -> None:
        super().__init__()
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._tape = Tape(turn=0)
        self._waiting: list[Tape] = []  # replies that come after the one that is heard
        self._cut: Tape | None = None
        self._heard = ""  # of the reply that was cut or heard last
        self._held = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case StartFrame():
                self._task = self.create_task(self._play(), "play")
            case HoldSpeechFrame() | ReleaseSpeechFrame():
                self._held = isinstance(frame, HoldSpeechFrame)
                self._changed.set()
                return
            case ResumeSpeechFrame():
                await self._resume(frame.turn)
                return
            case PlaybackFrame():
                self._tape.reported(frame.seconds, now=self._now(), unheard=frame.unheard)
                return
            case InterruptionFrame():
                await self.push_frame(frame, direction)
                await self._interrupt()
                return
            case CancelFrame():
                await self._stop()
            case _:
                pass
        if isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        self._queue(frame)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.cancel_task(task)

    def _queue(self, frame: Frame) -> None:
        newest = self._waiting[-1] if self._waiting else self._tape
        match frame:
            case AnswerStartFrame():
                self._waiting.append(Tape(frame.turn, list(frame.citations), frame.then_hang_up))
            case CitationsFrame():
                newest.citations = list(frame.citations)
            case AggregatedTextFrame() | TTSAudioRawFrame() | LLMFullResponseEndFrame() if (
                newest.turn == NOBODY
            ):
                return  # a cut reply's makers were not done yet
            case _:
                if isinstance(frame, TTSAudioRawFrame):
                    self._ledgers.of(newest.turn).mark("tts_first", now=self._now())
                if isinstance(frame, EndFrame):
                    self._held = False
                newest.add(frame, now=self._now())
        self._changed.set()

    async def _play(self) -> None:
        while True:
            self._changed.clear()
            if self._tape.empty and self._waiting:
                self._tape = self._waiting.pop(0)
            due = None if self._held else self._tape.due(now=self._now())
            wait = None if due is None else due - self._now()
            if wait is None or wait > 0:
                await self._wait(wait)
                continue
            await self._let_out(self._tape, self._tape.take(now=self._now()))

    async def _wait(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), timeout=seconds)
        except TimeoutError:
            return

    async def _let_out(self, tape: Tape, frame: Frame) -> None:
        if isinstance(frame, AggregatedTextFrame) and not isinstance(frame, TTSTextFrame):
            await self._piece(tape, frame.text)
        if isinstance(frame, TTSAudioRawFrame | TTSTextFrame) and not tape.started:
            tape.started = True
            started = SpeechStartedFrame(turn=tape.turn, at=tape.first_audio_at)
            await self.push_frame(started, FrameDirection.UPSTREAM)
        await self.push_frame(frame)
        if isinstance(frame, LLMFullResponseEndFrame):
            await self._finished(tape)

    async def _piece(self, tape: Tape, text: str) -> None:
        message = self._tell.response_ready(
            text,
            duration_ms=tape.next_seconds(text) * 1000,
            segment=tape.segment,
            citations=tape.citations if tape.segment == 0 else [],
        )
        tape.segment += 1
        await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        piece = SpeechPieceFrame(turn=tape.turn, text=text)
        await self.push_frame(piece, FrameDirection.UPSTREAM)

    async def _finished(self, tape: Tape) -> None:
        self._heard = tape.words if tape.started else ""
        finished = SpeechFinishedFrame(turn=tape.turn, heard=self._heard)
        await self.push_frame(finished, FrameDirection.UPSTREAM)
        if tape.then_hang_up:
            await self.push_frame(EndWorkerFrame())

    async def _interrupt(self) -> None:
        self._held = False
        tape, dropped = self._tape, [self._tape, *self._waiting]
        self._tape, self._waiting = Tape(turn=NOBODY), []
        for frame in (f for reply in dropped for f in reply.uninterruptible()):
            self._tape.add(frame, now=self._now())
        heard, turn = "", None
        if tape.started and not tape.over:
            turn, heard = tape.turn, tape.heard(now=self._now())
            tape.rewind(now=self._now())
            self._cut, self._heard = tape, heard
        self._changed.set()
        await self.push_frame(SpeechCutFrame(turn=turn, heard=heard), FrameDirection.UPSTREAM)

    async def _resume(self, turn: int) -> None:
        tape, self._cut = self._cut, None
        if tape is None or tape.turn != turn:
            finished = SpeechFinishedFrame(turn=turn, heard=self._heard)
            await self.push_frame(finished, FrameDirection.UPSTREAM)
            return
        self._tape = tape
        self._changed.set()
