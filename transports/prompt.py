"""Pipecat's WebSocket transport for audio that needs no pace of the transport's.

What comes goes on at once: Pipecat's input puts each frame into a queue, with a timer. It goes on
in whole windows of the VAD, which hears nothing sooner in shorter pieces: each piece costs all that
it passes. What leaves is paced by the speech hold already: Pipecat's output would sleep between
frames.
"""

from collections.abc import Callable
from typing import Any, cast

from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.websocket.fastapi import (
    FastAPIWebsocketInputTransport,
    FastAPIWebsocketOutputTransport,
    FastAPIWebsocketParams,
    FastAPIWebsocketTransport,
)

from transports.line import SocketLine

VAD_WINDOW = 512  # samples at VAD_RATE, 32 ms
VAD_RATE = 16000


class WholeWindows(BaseInputTransport):
    """Pushes audio as it comes, as soon as it fills a window of the VAD."""

    _rest = b""

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        if self._paused:
            return
        if (frame.sample_rate, frame.num_channels) != (VAD_RATE, 1):
            await self.push_frame(frame)
            return
        self._rest += frame.audio
        whole = len(self._rest) // (2 * VAD_WINDOW) * 2 * VAD_WINDOW
        if whole:
            audio, self._rest = self._rest[:whole], self._rest[whole:]
            await self.push_frame(InputAudioRawFrame(audio, VAD_RATE, 1))

    def _create_audio_task(self) -> None:
        """There is nothing for it to do."""


class PromptInput(WholeWindows, FastAPIWebsocketInputTransport):
    """A WebSocket's."""


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
