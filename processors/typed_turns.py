"""What the caller types as turns."""

from pipecat.frames.frames import Frame, InputTransportMessageFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.processors.frameworks.rtvi.frames import RTVISendTextFrame

from processors.audio_past import AudioPast
from processors.frames import whole_turn


class TypedTurns(AudioPast):
    """RTVISendTextFrame -> the frames of a spoken turn. The clients' other messages end here."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, RTVISendTextFrame):
            for part in whole_turn(frame.text):
                await self.push_frame(part)
        elif not isinstance(frame, InputTransportMessageFrame):
            await self.push_frame(frame, direction)
