"""Moves the conversation as frames pass: the shell around `conversation.call`.

It is the one owner of barge-in: no other part of the pipeline interrupts.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    StartFrame,
    TranscriptionFrame,
    UserSpeakingFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from conversation.actions import (
    Action,
    Count,
    Post,
    Say,
    Transfer,
)
from conversation.call import Call
from conversation.ending import LOST, REASONS
from processors.ahead_frames import AnswerableFrame, UtteranceOverFrame
from processors.alarm import Alarm
from processors.audio_past import AudioPast
from processors.carried_out import frame_of
from processors.frames import (
    AnnounceFrame,
    AnswerStartFrame,
    CertainlySpeakingFrame,
    FinalSegmentFrame,
    LeavingFrame,
    OrderFrame,
    PartialSegmentFrame,
    ReportedSpeakingFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechPieceFrame,
    SpeechStartedFrame,
)
from processors.levels import Levels
from processors.ports import (
    Clock,
    Counter,
    Deliver,
    HandOver,
    Journal,
    count_nothing,
    deliver_nowhere,
    journal_nothing,
)

_LIFE = (UserSpeakingFrame, UserStartedSpeakingFrame, InterimTranscriptionFrame, TranscriptionFrame)
_ENDS_HERE = (
    UserSpeakingFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    SpeechStartedFrame,
    SpeechPieceFrame,
    SpeechFinishedFrame,
    SpeechCutFrame,
    AnswerableFrame,
    AnnounceFrame,
    LeavingFrame,
    OrderFrame,
    ReportedSpeakingFrame,
)


class StateManager(AudioPast):
    """Frame -> what happened -> actions -> frames.

        VADUserStarted/StoppedSpeakingFrame, (Interim)TranscriptionFrame,
        UserStoppedSpeakingFrame                  -> the caller's side of `Call`
        SpeechStarted/Piece/Finished/CutFrame     -> the bot's side of `Call`
        Ahead, Answer, Say                        -> UtteranceSoFarFrame, UserTurnFrame, LLM frames
        AnswerAhead, DropAhead                    -> PossibleTurnFrame, TurnWithdrawnFrame
        AnswerableFrame                           -> whether its answer is one
        what was said is over                     -> UtteranceOverFrame upstream
        Hold, Release, Cut, Resume                -> frames for the speech hold; InterruptionFrame
        Order-, ReportedSpeakingFrame             -> what others want of the call
        Leaving-, End-, CancelFrame               -> "one moment"; why the call ended
        Transfer, Post                            -> TransferFrame; a delivery in the background
        Tell                                      -> OutputTransportMessageUrgentFrame

    Audio and transcripts end here: only turns go on.
    """

    def __init__(
        self,
        call: Call,
        *,
        clock: Clock,
        journal: Journal = journal_nothing,
        count: Counter = count_nothing,
        deliver: Deliver = deliver_nowhere,
        hand_over: HandOver | None = None,
        lively: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__()
        self._call, self._now = call, clock
        self._journal, self._count, self._send = journal, count, deliver
        self._utterances = 0
        self._hand_over, self._lively = hand_over, lively
        self._levels = Levels()
        self._alarm = Alarm(self, clock, self._wake)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._alarm.start()
        if isinstance(frame, _LIFE):
            self._lively()
        await self._do(self._decide(frame, direction))
        if isinstance(frame, (EndFrame, CancelFrame)):
            await self._alarm.stop()
        if not isinstance(frame, _ENDS_HERE):
            await self.push_frame(frame, direction)

    async def hears(self, frame: InputAudioRawFrame) -> None:
        now, levels = self._now(), self._levels.of(frame.audio, frame.sample_rate)
        await self._do([action for level in levels for action in self._call.sound(level, now=now)])

    async def passes(self, frame: InputAudioRawFrame) -> None:
        """It ends here."""

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._alarm.stop()  # a call that ends as it begins has no EndFrame

    def _decide(self, frame: Frame, direction: FrameDirection) -> list[Action]:
        call, now = self._call, self._now()
        match frame:
            case ClientConnectedFrame():
                return call.connected(now=now)
            case VADUserStartedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                sure = isinstance(frame, CertainlySpeakingFrame)
                return call.voice_started(now=now, sure=sure)
            case VADUserStoppedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                return call.voice_stopped(now=now, silence=frame.stop_secs)
            case UserStoppedSpeakingFrame() if direction is FrameDirection.DOWNSTREAM:
                return call.turn_ended(now=now)
            case InterimTranscriptionFrame() | TranscriptionFrame():
                return call.words(frame.text, now=now, **_heard(frame))
            case AnswerableFrame():
                return call.answerable(frame.turn, frame.text, sure=frame.sure, now=now)
            case SpeechStartedFrame():
                return call.speech_started(frame.turn, entered=frame.at, now=now)
            case SpeechPieceFrame():
                return call.speaking(frame.text)
            case SpeechFinishedFrame():
                return call.speech_finished(frame.turn, frame.heard, now=now)
            case SpeechCutFrame():
                return call.speech_cut(frame.turn, frame.heard, now=now)
            case AnnounceFrame():
                return call.announce(frame.text, then_hang_up=frame.then_hang_up)
            case ErrorFrame() if direction is FrameDirection.UPSTREAM:
                return call.failed(now=now)
            case OrderFrame():
                return call.order(frame.order)
            case ReportedSpeakingFrame():
                return call.voice_reported(now=now)
            case LeavingFrame():
                return call.leaving()
            case EndFrame():
                return call.disconnected(now=now)
            case CancelFrame(reason=str(reason)) if reason in REASONS:
                return call.disconnected(now=now, reason=reason)
            case CancelFrame():
                return call.disconnected(now=now, reason=LOST)
            case _:
                return []

    async def _do(self, actions: list[Action]) -> None:
        self._alarm.set(self._call.deadline)
        if self._call.utterances != self._utterances:
            self._utterances = self._call.utterances
            await self.push_frame(UtteranceOverFrame(), FrameDirection.UPSTREAM)
        for entry in self._call.entries(actions):
            self._journal(entry)
        for action in actions:
            if frame := frame_of(action):
                await self.push_frame(frame)
            match action:
                case Count(name, labels):
                    self._note(name, **labels)
                case Transfer(_, reason, summary) if self._hand_over:
                    self.create_task(self._hand_over(reason, summary), "hand_over")
                case Post():
                    self.create_task(self._deliver(action, self._send(action)), "deliver")
                case Say():
                    await self._say(action)
                case _:
                    pass

    async def _deliver(self, post: Post, arrives: Awaitable[bool]) -> None:
        await self._do(self._call.delivered(post.key, ok=await arrives))

    async def _say(self, say: Say) -> None:
        await self.push_frame(AnswerStartFrame(turn=say.turn, then_hang_up=say.then_hang_up))
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(say.text))
        await self.push_frame(LLMFullResponseEndFrame())

    def _note(self, name: str, **labels: str) -> None:
        turn = labels.pop("turn", "")
        if name == "invalid_transitions":
            session = self._call.tell.session_id
            logger.bind(session=session, turn=turn, **labels).warning("invalid_transition")
        self._count(name, **labels)

    async def _wake(self) -> None:
        await self._do(self._call.wake(now=self._now()))


def _heard(frame: Frame) -> dict[str, Any]:
    known = isinstance(frame, (PartialSegmentFrame, FinalSegmentFrame))
    return {
        "final": isinstance(frame, TranscriptionFrame),
        "segment": frame.segment if known else None,
        "lull": isinstance(frame, PartialSegmentFrame) and frame.lull,
    }
