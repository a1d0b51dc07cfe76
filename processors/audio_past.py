"""Audio that waits in no queue on its way.

Any other frame is put into a queue of each processor, whose task takes it out. Audio comes thirty
to fifty times a second and needs neither: they were a seventh of what a call costs.
"""

from pipecat.frames.frames import Frame, InputAudioRawFrame, StartFrame
from pipecat.processors.frame_processor import FrameCallback, FrameDirection, FrameProcessor


class AudioPast(FrameProcessor):
    """InputAudioRawFrame -> `hears`, and on, before what waits here; `process_frame` sees none
    anything else        -> as with any processor

    Before the StartFrame audio is kept. Observers are not told of it. What the VAD tells of audio
    may come a frame later than that audio: whoever needs to looks back.
    """

    _begun = False
    _early: tuple[InputAudioRawFrame, ...] = ()

    async def hears(self, frame: InputAudioRawFrame) -> None:
        """Listens to the caller; what takes longer than a moment holds up the line."""

    async def passes(self, frame: InputAudioRawFrame) -> None:
        """Hands it on."""
        if self._next:
            await self._next.queue_frame(frame, FrameDirection.DOWNSTREAM)

    async def queue_frame(
        self,
        frame: Frame,
        direction: FrameDirection = FrameDirection.DOWNSTREAM,
        callback: FrameCallback | None = None,
    ) -> None:
        if not isinstance(frame, InputAudioRawFrame):
            await super().queue_frame(frame, direction, callback)
        elif not self._begun:
            self._early = *self._early, frame
        elif not self._cancelling:
            early, self._early = self._early, ()
            for audio in (*early, frame):
                await self.hears(audio)
                await self.passes(audio)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, StartFrame):
            self._begun = True
