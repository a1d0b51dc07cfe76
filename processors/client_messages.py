"""What clients tell beside their audio: their own recogniser's words, what was heard, keys."""

from pipecat.audio.dtmf.types import KeypadEntry
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputDTMFFrame,
    InputTransportMessageFrame,
    StartFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.time import time_now_iso8601

from conversation.fragments import Fragments
from processors.alarm import Alarm
from processors.audio_past import AudioPast
from processors.frames import CertainlySpeakingFrame, PartialSegmentFrame, PlaybackFrame
from processors.ports import Clock


class ClientMessages(AudioPast):
    """InputTransportMessageFrame with a message of /orchestrate ->

    user_speaking  -> CertainlySpeakingFrame
    stt_fragment   -> VADUserStartedSpeakingFrame (the turn's first), PartialSegmentFrame; after a
                      final one the turn may be over
    vad_end        -> VADUserStopped-, UserStoppedSpeakingFrame, then TranscriptionFrame: now,
                      with the final fragment, or after a moment without one
    playback, dtmf -> PlaybackFrame, InputDTMFFrame
    """

    def __init__(self, *, clock: Clock) -> None:
        super().__init__(enable_direct_mode=True)  # messages wait in no queue either
        self._now = clock
        self._fragments = Fragments()
        self._alarm = Alarm(self, clock, self._wake)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputTransportMessageFrame) and isinstance(frame.message, dict):
            if direction is FrameDirection.DOWNSTREAM:
                await self._told(frame.message)
            return
        if isinstance(frame, StartFrame):
            self._alarm.start()
        if isinstance(frame, EndFrame | CancelFrame):
            await self._alarm.stop()
        await self.push_frame(frame, direction)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._alarm.stop()  # a call that ends as it begins has no EndFrame

    async def _told(self, message: dict[str, object]) -> None:
        match message:
            case {"type": "user_speaking"}:
                self._fragments.begins()
                await self.push_frame(CertainlySpeakingFrame())
                await self.push_frame(UserStartedSpeakingFrame())
            case {"type": "stt_fragment", "text": str(text), "is_final": bool(final)}:
                await self._fragment(text, final)
            case {"type": "vad_end"}:
                await self._ended()
            case {"type": "playback", "played_ms": float(played) | int(played)}:
                await self.push_frame(PlaybackFrame(seconds=played / 1000))
            case {"type": "playback", "unheard_ms": float(unheard)}:
                await self.push_frame(PlaybackFrame(seconds=unheard / 1000, unheard=True))
            case {"type": "dtmf", "digit": str(digit)}:
                await self.push_frame(InputDTMFFrame(button=KeypadEntry(digit)))
            case _:
                pass
        self._alarm.set(self._fragments.deadline)

    async def _fragment(self, text: str, final: bool) -> None:
        fragments = self._fragments
        if fragments.belated(text, final=final):
            return
        awaited = fragments.ended and final
        if not awaited and fragments.begins():
            await self._begin()
        fragments.heard(text, final=final)
        if fragments.complete:
            await self._words()
        else:
            at = time_now_iso8601()
            words = PartialSegmentFrame(fragments.text, "", at, segment=None, lull=final)
            await self.push_frame(words)

    async def _ended(self) -> None:
        if not self._fragments.open:
            await self._begin()
        if not self._fragments.ended:
            await self.push_frame(VADUserStoppedSpeakingFrame(stop_secs=0.0))
            await self.push_frame(UserStoppedSpeakingFrame())
        self._fragments.over(now=self._now())
        if self._fragments.complete:
            await self._words()

    async def _begin(self) -> None:
        await self.push_frame(VADUserStartedSpeakingFrame())
        await self.push_frame(UserStartedSpeakingFrame())

    async def _words(self) -> None:
        """They come last: system frames would overtake them."""
        text = self._fragments.take()
        await self.push_frame(TranscriptionFrame(text, "", time_now_iso8601(), finalized=True))

    async def _wake(self) -> None:
        if self._fragments.ended:
            await self._words()
        self._alarm.set(self._fragments.deadline)
