"""Pipecat's WebSocket transport for audio that needs no pace of the transport's.

What comes goes on at once: Pipecat's input puts each frame into a queue, with a timer. What leaves
is paced by the speech hold already: Pipecat's output would sleep between frames.
"""

from collections.abc import Callable
from typing import Any, cast

from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketInputTransport,
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from transports.line import SocketLine


class PromptInput(FastAPIWebsocketInputTransport):
    """Pushes audio as it comes."""

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        if not self._paused:
            await self.push_frame(frame)

    def _create_audio_task(self) -> None:
        """There is nothing for it to do."""


class PromptOutput(FastAPIWebsocketOutputTransport):
    """Sends audio as it is let out."""

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        channels = self._params.audio_out_channels
        plain = OutputAudioRawFrame(frame.audio, self.sample_rate, channels)  # as serializers know
        return await self._write_frame(plain)


class PromptTransport(FastAPIWebsocketTransport):
    """Pipecat's, with our ends."""

    def __init__(
        self,
        line: SocketLine,
        params: FastAPIWebsocketParams,
        output: Callable[..., FastAPIWebsocketOutputTransport] = PromptOutput,
    ) -> None:
        super().__init__(cast(Any, line), params)
        self._input = PromptInput(self, self._client, params)
        self._output = output(self, self._client, params)
