"""This machine's microphone and loudspeaker, through Pipecat's local transport (PyAudio)."""

import pyaudio
from pipecat.frames.frames import (
    ClientConnectedFrame,
    OutputTransportMessageFrame,
    OutputTransportMessageUrgentFrame,
    StartFrame,
)
from pipecat.transports.local.audio import (
    LocalAudioInputTransport,
    LocalAudioOutputTransport,
    LocalAudioTransportParams,
)

from transports.text import OnMessage


class NoSoundCard(RuntimeError):
    """There is no microphone or no loudspeaker; the message says what to do."""


class Microphone(LocalAudioInputTransport):
    """Says that the caller is there as soon as it runs."""

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        await self.push_frame(ClientConnectedFrame())


class Loudspeaker(LocalAudioOutputTransport):
    """Hands each message for the client to `on_message`."""

    def __init__(
        self, py_audio: pyaudio.PyAudio, params: LocalAudioTransportParams, on_message: OnMessage
    ) -> None:
        super().__init__(py_audio, params)
        self._on_message = on_message

    async def send_message(
        self, frame: OutputTransportMessageFrame | OutputTransportMessageUrgentFrame
    ) -> None:
        self._on_message(frame.message)


def sound_card(on_message: OnMessage) -> tuple[Microphone, Loudspeaker]:
    """The default devices. Raises NoSoundCard."""
    audio = pyaudio.PyAudio()
    for name, find in (
        ("microphone", audio.get_default_input_device_info),
        ("loudspeaker", audio.get_default_output_device_info),
    ):
        try:
            find()
        except OSError:
            raise NoSoundCard(
                f"No {name} was found: connect one, or use `runner.py talk` with WAV files."
            ) from None
    params = LocalAudioTransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_in_sample_rate=16000,
        audio_out_sample_rate=24000,
        audio_out_10ms_chunks=2,
        audio_out_end_silence_secs=0,
    )
    return Microphone(audio, params), Loudspeaker(audio, params, on_message)
