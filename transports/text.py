"""A conversation in text: typed turns in, protocol messages out."""

from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import (
    ClientConnectedFrame,
    Frame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.time import time_now_iso8601

OnMessage = Callable[[dict[str, Any]], None]


class TypedInput(FrameProcessor):
    """Each line typed is a whole turn: started, said, ended."""

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, StartFrame):
            await self.push_frame(ClientConnectedFrame())

    async def typed(self, text: str) -> None:
        """The person pressed Enter. The words come last: system frames would overtake them."""
        await self.push_frame(VADUserStartedSpeakingFrame())
        await self.push_frame(UserStartedSpeakingFrame())
        await self.push_frame(VADUserStoppedSpeakingFrame())
        await self.push_frame(UserStoppedSpeakingFrame())
        await self.push_frame(TranscriptionFrame(text, "", time_now_iso8601()))


class MessageOutput(FrameProcessor):
    """Hands each message for the client to `on_message`; all else passes."""

    def __init__(self, on_message: OnMessage) -> None:
        super().__init__()
        self._on_message = on_message

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputTransportMessageUrgentFrame):
            self._on_message(frame.message)
            return
        await self.push_frame(frame, direction)
