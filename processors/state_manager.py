"""Moves the conversation as frames pass: the shell around `conversation.call`.

It is the one owner of barge-in: no other part of the pipeline interrupts.
"""

from collections.abc import Awaitable

from loguru import logger
from pipecat.frames.frames import (
    CancelFrame,
    ClientConnectedFrame,
    EndFrame,
    ErrorFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.actions import (
    Action,
    Ahead,
    Answer,
    Count,
    Cut,
    Hold,
    Post,
    Record,
    Release,
    Resume,
    Say,
    Tell,
    Transfer,
)
from conversation.call import Call
from processors.alarm import Alarm
from processors.frames import (
    AnswerStartFrame,
    CertainlySpeakingFrame,
    FinalSegmentFrame,
    HoldSpeechFrame,
    PartialSegmentFrame,
    ReleaseSpeechFrame,
    ResumeSpeechFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechPieceFrame,
    SpeechStartedFrame,
    TransferFrame,
    UserTurnFrame,
    UtteranceSoFarFrame,
)
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

_ENDS_HERE = (
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    SpeechStartedFrame,
    SpeechPieceFrame,
    SpeechFinishedFrame,
    SpeechCutFrame,
)


class StateManager(FrameProcessor):
    """Frame -> what happened -> actions -> frames.

        VADUserStarted/StoppedSpeakingFrame, (Interim)TranscriptionFrame,
        UserStoppedSpeakingFrame                  -> the caller's side of `Call`
        SpeechStarted/Piece/Finished/CutFrame     -> the bot's side of `Call`
        Ahead, Answer, Say                        -> UtteranceSoFarFrame, UserTurnFrame, LLM frames
        Hold, Release, Cut, Resume                -> frames for the speech hold; InterruptionFrame
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
    ) -> None:
        super().__init__()
        self._call, self._now = call, clock
        self._journal, self._count, self._send = journal, count, deliver
        self._hand_over = hand_over
        self._alarm = Alarm(self, clock, self._wake)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._alarm.start()
        await self._do(self._decide(frame, direction))
        if isinstance(frame, (EndFrame, CancelFrame)):
            await self._alarm.stop()
        if not isinstance(frame, _ENDS_HERE):
            await self.push_frame(frame, direction)

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
            case InterimTranscriptionFrame():
                return call.words(frame.text, final=False, now=now, segment=_segment(frame))
            case TranscriptionFrame():
                return call.words(frame.text, final=True, now=now, segment=_segment(frame))
            case SpeechStartedFrame():
                return call.speech_started(frame.turn, entered=frame.at, now=now)
            case SpeechPieceFrame():
                return call.speaking(frame.text)
            case SpeechFinishedFrame():
                return call.speech_finished(frame.turn, frame.heard, now=now)
            case SpeechCutFrame():
                return call.speech_cut(frame.turn, frame.heard, now=now)
            case ErrorFrame() if direction is FrameDirection.UPSTREAM:
                return call.failed(now=now)
            case EndFrame() | CancelFrame():
                return call.disconnected(now=now)
            case _:
                return []

    async def _do(self, actions: list[Action]) -> None:
        self._alarm.set(self._call.deadline)
        for action in actions:
            match action:
                case Tell(message):
                    await self.push_frame(OutputTransportMessageUrgentFrame(message=message))
                case Record(entry):
                    self._journal(entry)
                case Count(name, labels):
                    self._note(name, **labels)
                case Hold():
                    await self.push_frame(HoldSpeechFrame())
                case Release():
                    await self.push_frame(ReleaseSpeechFrame())
                case Cut():
                    await self.push_frame(InterruptionFrame())
                case Resume(turn):
                    await self.push_frame(ResumeSpeechFrame(turn=turn))
                case Ahead(text, about):
                    await self.push_frame(UtteranceSoFarFrame(text=text, about=about))
                case Transfer(turn, reason, summary):
                    await self.push_frame(TransferFrame(turn=turn, reason=reason, summary=summary))
                    if self._hand_over:
                        self.create_task(self._hand_over(reason, summary), "hand_over")
                case Post():
                    self.create_task(self._deliver(action, self._send(action)), "deliver")
                case Say(turn, text):
                    await self._say(turn, text)
                case Answer(turn, text, about, messages):
                    await self.push_frame(
                        UserTurnFrame(turn=turn, text=text, about=about, messages=messages)
                    )

    async def _deliver(self, post: Post, arrives: Awaitable[bool]) -> None:
        await self._do(self._call.delivered(post.key, ok=await arrives))

    async def _say(self, turn: int, text: str) -> None:
        await self.push_frame(AnswerStartFrame(turn=turn))
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(text))
        await self.push_frame(LLMFullResponseEndFrame())

    def _note(self, name: str, **labels: str) -> None:
        turn = labels.pop("turn", "")
        if name == "invalid_transitions":
            session = self._call.tell.session_id
            logger.bind(session=session, turn=turn, **labels).warning("invalid_transition")
        self._count(name, **labels)

    async def _wake(self) -> None:
        await self._do(self._call.wake(now=self._now()))


def _segment(frame: Frame) -> int | None:
    known = isinstance(frame, (PartialSegmentFrame, FinalSegmentFrame))
    return frame.segment if known else None
