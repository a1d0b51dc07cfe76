"""Our protocol's messages within Pipecat's."""

from typing import Any

from pipecat.frames.frames import Frame, OutputTransportMessageUrgentFrame
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.processors.frameworks.rtvi import models as rtvi


class ServerMessages(FrameProcessor):
    """A message of /orchestrate -> an RTVI `server-message` with it as `data`; all else passes."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputTransportMessageUrgentFrame) and _ours(frame.message):
            message = rtvi.ServerMessage(data=frame.message).model_dump()
            frame = OutputTransportMessageUrgentFrame(message=message)
        await self.push_frame(frame, direction)


def _ours(message: Any) -> bool:
    return isinstance(message, dict) and message.get("label") != rtvi.MESSAGE_LABEL
