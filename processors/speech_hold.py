"""Holds the bot's speech between TTS and transport, and lets it out as it is heard."""

import asyncio

from pipecat.frames.frames import (
    AggregatedTextFrame,
    BotSpeakingFrame,
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
    TTSStoppedFrame,
    TTSTextFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.ahead_frames import TurnConfirmedFrame, TurnWithdrawnFrame
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
    UnsaySpeechFrame,
)
from processors.ports import Clock, Progress, progress_nowhere
from processors.tape import NOBODY, Tape
from processors.waiting import Waiting, for_nobody


class SpeechHold(FrameProcessor):
    """Everything between an AnswerStartFrame and LLMFullResponseEndFrame is one reply.

    TTSAudioRawFrame      -> the same in small chunks, at most 80 ms ahead of the caller's ear
    AggregatedTextFrame   -> the same, `response_ready`, SpeechPieceFrame upstream
    first audio           -> SpeechStartedFrame upstream
    last audio is made    -> `processing` of stage tts
    end of the reply      -> SpeechFinishedFrame upstream, once it was heard
    HoldSpeechFrame       -> nothing leaves until ReleaseSpeechFrame
    InterruptionFrame     -> SpeechCutFrame upstream; what was not heard is kept
    ResumeSpeechFrame     -> goes on from the first sample that was not heard
    UnsaySpeechFrame      -> the end of the audio is dropped, as far as it was not let out
    an answer ahead       -> nothing leaves until TurnConfirmedFrame; TurnWithdrawnFrame drops it
    PlaybackFrame         -> what was heard is what the client says, not what our clock says
    """

    def __init__(
        self,
        announcements: Announcements,
        ledgers: Ledgers,
        *,
        clock: Clock,
        reports_every: float | None = None,
        progress: Progress = progress_nowhere,
        late: float = 0.0,
    ) -> None:
        """reports_every: seconds of audio after each of which a PlaybackFrame is to come.

        progress: called as each piece begins to be heard. late: seconds until the audio that
        leaves here has left the door, too.
        """
        super().__init__()
        self._tell, self._ledgers, self._now = announcements, ledgers, clock
        self._reports_every, self._progress, self._late = reports_every, progress, late
        self._tape = Tape(turn=0)
        self._waiting = Waiting()
        self._cut: Tape | None = None
        self._heard = ""  # of the reply that was cut or heard last
        self._held = False
        self._stopped: TTSStoppedFrame | None = None
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
                self._changed.set()
                self._note_progress(self._tape)
                return
            case TurnConfirmedFrame():
                self._waiting.confirm(frame.ahead, now=self._now())
                self._changed.set()
                return
            case TurnWithdrawnFrame():
                self._waiting.withdraw(now=self._now())
                self._changed.set()
                return
            case InterruptionFrame():
                await self.push_frame(frame, direction)
                await self._interrupt()
                return
            case CancelFrame():
                await self._stop()
            case BotSpeakingFrame():
                return  # five a second, of what our state says
            case _:
                pass
        if isinstance(frame, SystemFrame) or direction is FrameDirection.UPSTREAM:
            await self.push_frame(frame, direction)
            return
        await self._queue(frame)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._stop()

    async def _stop(self) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.cancel_task(task)

    async def _queue(self, frame: Frame) -> None:
        if isinstance(frame, EndFrame):
            self._held = False
            self._waiting.withdraw(now=self._now())
        newest = self._waiting.newest or self._tape
        match frame:
            case AnswerStartFrame():
                citations, every = list(frame.citations), self._reports_every
                tape = Tape(frame.turn, citations, frame.then_hang_up, every, frame.script)
                tape.ahead = frame.ahead
                self._waiting.add(tape)
            case TTSStoppedFrame():
                self._stopped = frame  # of a sentence: the bot speaks until its reply is over
                return
            case UnsaySpeechFrame():
                newest.unsay(frame.seconds)
            case CitationsFrame():
                newest.citations = list(frame.citations)
            case AggregatedTextFrame() | TTSAudioRawFrame() | LLMFullResponseEndFrame() if (
                newest.turn == NOBODY
            ):
                return  # a cut reply's makers were not done yet
            case _:
                if isinstance(frame, TTSAudioRawFrame) and not newest.first_audio_at:
                    self._ledgers.of(newest.turn).mark("tts_first", now=self._now())
                if isinstance(frame, LLMFullResponseEndFrame) and self._stopped:
                    newest.add(self._stopped, now=self._now())
                    self._stopped = None
                newest.add(frame, now=self._now())
                if isinstance(frame, LLMFullResponseEndFrame) and newest.turn:
                    made = self._tell.processing("tts", 1.0, {})
                    await self.push_frame(OutputTransportMessageUrgentFrame(message=made))
        self._changed.set()

    async def _play(self) -> None:
        while True:
            self._changed.clear()
            while self._tape.empty and (coming := self._waiting.next()):
                self._tape = coming
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
            self._ledgers.of(tape.turn).mark("audio_out", now=self._now() + self._late)
            await self._tell_up(SpeechStartedFrame(turn=tape.turn, at=tape.first_audio_at))
        if tape.first_sound_at is not None:
            self._ledgers.of(tape.turn).mark("first_sound", now=tape.first_sound_at + self._late)
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
        self._note_progress(tape)  # it is kept before anybody is told
        await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
        await self._tell_up(SpeechPieceFrame(turn=tape.turn, text=text))

    def _note_progress(self, tape: Tape) -> None:
        heard = tape.before(now=self._now())
        if tape.segment and not tape.over and heard != tape.noted:
            tape.noted = heard
            self._progress(tape.turn, tape.script, heard, tape.then_hang_up)

    async def _finished(self, tape: Tape) -> None:
        self._heard = tape.words if tape.started else ""
        await self._tell_up(SpeechFinishedFrame(turn=tape.turn, heard=self._heard))
        if tape.then_hang_up:
            await self.push_frame(EndWorkerFrame())

    async def _interrupt(self) -> None:
        self._held = False
        tape = self._tape
        self._tape = for_nobody([tape, *self._waiting.take_all()], now=self._now())
        heard, turn = "", None
        if tape.started and not tape.over:
            turn, heard = tape.turn, tape.heard(now=self._now())
            tape.rewind(now=self._now())
            self._cut, self._heard = tape, heard
        self._changed.set()
        await self._tell_up(SpeechCutFrame(turn=turn, heard=heard))

    async def _resume(self, turn: int) -> None:
        tape, self._cut = self._cut, None
        if tape is None or tape.turn != turn:
            await self._tell_up(SpeechFinishedFrame(turn=turn, heard=self._heard))
            return
        self._tape = tape
        self._changed.set()

    async def _tell_up(self, frame: Frame) -> None:
        await self.push_frame(frame, FrameDirection.UPSTREAM)
