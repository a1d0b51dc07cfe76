"""Google's own client finds the emulator to be Cloud Text-to-Speech."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.cloud import texttospeech_v1 as google
from google.cloud.texttospeech_v1.services.text_to_speech.transports import (
    TextToSpeechGrpcTransport,
)

from tests.emulators.emulator import Fault
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.tone import tone

TEXT = "The deadline is January fifteenth."
VOICE = google.VoiceSelectionParams(language_code="en-US", name=GoogleTTSEmulator.voices[0])


@pytest.fixture
def emulator() -> Iterator[GoogleTTSEmulator]:
    with GoogleTTSEmulator() as running:
        yield running


@pytest.fixture
def client(emulator: GoogleTTSEmulator) -> Iterator[google.TextToSpeechClient]:
    address = emulator.url.removeprefix("http://")
    with grpc.insecure_channel(address) as channel:
        yield google.TextToSpeechClient(transport=TextToSpeechGrpcTransport(channel=channel))


def spoken(client: google.TextToSpeechClient, key: str, **options: Any) -> bytes:
    audio = google.StreamingAudioConfig(
        audio_encoding=google.AudioEncoding.PCM, sample_rate_hertz=16000
    )
    config = google.StreamingSynthesizeConfig(voice=VOICE, streaming_audio_config=audio)
    requests = (
        google.StreamingSynthesizeRequest(streaming_config=config),
        google.StreamingSynthesizeRequest(input=google.StreamingSynthesisInput(text=TEXT)),
    )
    metadata = [("x-goog-api-key", key)]
    stream = client.streaming_synthesize(iter(requests), metadata=metadata, **options)
    return b"".join(response.audio_content for response in stream)


def test_speech_is_streamed(emulator: GoogleTTSEmulator, client: google.TextToSpeechClient):
    """As raw samples, in several pieces."""
    assert spoken(client, emulator.key) == tone(TEXT, 16000)
    assert emulator.spoken == [TEXT]


def test_a_text_is_spoken_at_once(emulator: GoogleTTSEmulator, client: google.TextToSpeechClient):
    """The call that doesn't stream."""
    config = google.AudioConfig(
        audio_encoding=google.AudioEncoding.LINEAR16, sample_rate_hertz=16000
    )
    answer = client.synthesize_speech(
        input=google.SynthesisInput(text=TEXT),
        voice=VOICE,
        audio_config=config,
        metadata=[("x-goog-api-key", emulator.key)],
    )
    assert answer.audio_content == tone(TEXT, 16000)


def test_voices_are_listed(emulator: GoogleTTSEmulator, client: google.TextToSpeechClient):
    """Those that the emulator knows."""
    listed = client.list_voices(metadata=[("x-goog-api-key", emulator.key)])
    assert [v.name for v in listed.voices] == list(emulator.voices)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, exceptions.ServiceUnavailable),
        (Fault.HUNG, exceptions.DeadlineExceeded),
        (Fault.SLOW, exceptions.DeadlineExceeded),
        (Fault.STALLED, exceptions.DeadlineExceeded),
        (Fault.DROPPED, exceptions.ServiceUnavailable),
        (Fault.TOO_MANY, exceptions.ResourceExhausted),
        (Fault.BROKEN, exceptions.InternalServerError),
        (Fault.WRONG_KEY, exceptions.InvalidArgument),
        (Fault.GARBAGE, exceptions.GoogleAPICallError),
    ],
)
def test_a_fault_is_what_the_sdk_takes_it_for(
    emulator: GoogleTTSEmulator,
    client: google.TextToSpeechClient,
    fault: Fault,
    error: type[Exception],
):
    """As errors of Google's API."""
    emulator.fault = fault
    with pytest.raises(error):
        spoken(client, emulator.key, timeout=0.5)


def test_a_server_comes_back(emulator: GoogleTTSEmulator):
    """At the same address."""
    emulator.fault = Fault.REFUSED
    emulator.fault = None
    with grpc.insecure_channel(emulator.url.removeprefix("http://")) as channel:
        again = google.TextToSpeechClient(transport=TextToSpeechGrpcTransport(channel=channel))
        assert spoken(again, emulator.key)


@pytest.mark.parametrize("fault", [Fault.ENDS_EARLY, Fault.NO_AUDIO])
def test_an_answer_may_be_short(
    emulator: GoogleTTSEmulator, client: google.TextToSpeechClient, fault: Fault
):
    """Without any error that the client could notice."""
    emulator.fault = fault
    seconds = {Fault.ENDS_EARLY: emulator.fails_after * 0.1, Fault.NO_AUDIO: 0}[fault]
    assert len(spoken(client, emulator.key)) == int(seconds * 16000) * 2
