"""Who picks up a call that we placed: until that is known, nothing of them comes through."""

from dataclasses import dataclass

from loguru import logger
from pipecat.frames.frames import (
    ClientConnectedFrame,
    EndWorkerFrame,
    Frame,
    InputAudioRawFrame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor

from conversation.announcements import Announcements
from conversation.answered import Answered, By, Step
from conversation.telling import record
from processors.frames import AnnounceFrame
from processors.ports import Journal

_THEIRS = (
    InterimTranscriptionFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)


@dataclass(frozen=True)
class Placed:
    """A call that we placed. voicemail: what a machine is told; empty: it is hung up on.

    by: who answered, where the network has told.
    """

    voicemail: str = ""
    by: By | None = None


class PickUp(FrameProcessor):
    """ClientConnectedFrame -> the same, once a person has answered: they are greeted then

    the first words   -> nothing: the greeting answers them
    a recording's end -> AnnounceFrame with the message, or EndWorkerFrame; nothing after it

    The clock is the audio that has come: a machine that is busy does not take a pause for longer
    than it is.
    """

    def __init__(self, placed: Placed, tell: Announcements, *, journal: Journal) -> None:
        super().__init__()
        self._placed, self._tell, self._journal = placed, tell, journal
        self._answered = Answered(placed.by)
        self._now = 0.0
        self._greeted = self._passes = False

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if direction is FrameDirection.UPSTREAM or self._comes_through(frame):
            await self.push_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self._now += len(frame.audio) / (2 * frame.num_channels * frame.sample_rate)
            await self._wake()

    def _comes_through(self, frame: Frame) -> bool:
        answered, now = self._answered, self._now
        match frame:
            case ClientConnectedFrame():
                answered.connected(now=now)
                return False
            case VADUserStartedSpeakingFrame():
                answered.voice(True, now=now)
                self._passes = self._greeted  # what belongs to the first words does not
            case VADUserStoppedSpeakingFrame():
                answered.voice(False, now=now)
            case InterimTranscriptionFrame() | TranscriptionFrame():
                answered.words(frame.text, final=isinstance(frame, TranscriptionFrame), now=now)
            case _:
                pass
        listens = self._passes and answered.by is By.PERSON
        return listens or not isinstance(frame, _THEIRS)

    async def _wake(self) -> None:
        step = self._answered.wake(now=self._now)
        if step is None:
            return
        by = str(self._answered.by)
        self._journal(record(self._tell, "answered", turn=0, by=by).entry)
        logger.bind(session=self._tell.session_id, by=by).info("answered")
        if step is Step.GREET:
            self._greeted = True
            await self.push_frame(ClientConnectedFrame())
        elif self._placed.voicemail:
            await self.push_frame(AnnounceFrame(self._placed.voicemail, then_hang_up=True))
        else:
            await self.push_frame(EndWorkerFrame())
