"""Audio goes on as soon as the VAD can hear something new in it."""

from typing import Any, cast

import numpy as np
import pytest
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams

from bot.services.local import silero
from transports.prompt import VAD_RATE, VAD_WINDOW, PromptInput


class Pushed(PromptInput):
    """Keeps what it pushes."""

    def __init__(self) -> None:
        nobody = cast(Any, None)
        super().__init__(nobody, nobody, FastAPIWebsocketParams())
        self.frames: list[InputAudioRawFrame] = []

    async def push_frame(self, frame: Frame, *_: Any) -> None:
        assert isinstance(frame, InputAudioRawFrame)
        self.frames.append(frame)


@pytest.mark.parametrize("samples", [160, 320, 512, 800, 3200])
async def test_nothing_is_lost_and_nothing_waits_that_fills_a_window(samples: int):
    """In whatever pieces it comes, in order."""
    line, came = Pushed(), 0
    pcm = np.arange(9600, dtype="<i2").tobytes()
    for at in range(0, len(pcm), samples * 2):
        piece = pcm[at : at + samples * 2]
        await line.push_audio_frame(InputAudioRawFrame(piece, VAD_RATE, 1))
        came += len(piece)
        pushed = b"".join(frame.audio for frame in line.frames)
        assert pushed == pcm[: came - came % (2 * VAD_WINDOW)]
    assert all(len(frame.audio) % (2 * VAD_WINDOW) == 0 for frame in line.frames)


def test_a_window_is_the_one_that_the_vad_hears():
    """Doors may not import it."""
    assert (VAD_WINDOW, VAD_RATE) == (silero.WINDOW, silero.RATE)


async def test_another_rate_goes_on_as_it_is():
    """It is for somebody else than the VAD."""
    line = Pushed()
    await line.push_audio_frame(InputAudioRawFrame(bytes(640), 24000, 1))
    assert [frame.audio for frame in line.frames] == [bytes(640)]
