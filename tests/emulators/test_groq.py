"""Groq's own SDK finds the emulator to be Groq."""

import io
import wave
from collections.abc import Iterator

import groq
import httpx
import pytest

from tests.emulators.emulator import Fault
from tests.emulators.groq import GroqEmulator
from tests.emulators.tone import tone

MODEL = GroqEmulator.models[0]
ASK = [{"role": "user", "content": "When is the deadline?"}]


@pytest.fixture
def emulator() -> Iterator[GroqEmulator]:
    with GroqEmulator() as running:
        yield running


def client(emulator: GroqEmulator, *, key: str = "", timeout: float = 5.0) -> groq.Groq:
    return groq.Groq(
        api_key=key or emulator.key, base_url=emulator.url, max_retries=0, timeout=timeout
    )


def spoken(emulator: GroqEmulator, **options: float) -> str:
    stream = client(emulator, **options).chat.completions.create(
        model=MODEL, messages=ASK, stream=True
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream)


def wav() -> bytes:
    with io.BytesIO() as buffer:
        with wave.open(buffer, "wb") as file:
            file.setparams((1, 2, 16000, 0, "NONE", ""))
            file.writeframes(tone("hello", 16000))
        return buffer.getvalue()


def test_a_reply_is_streamed_word_by_word(emulator: GroqEmulator):
    """And the messages arrive as they were sent."""
    emulator.reply = lambda messages: f"You asked: {messages[-1]['content']}"
    assert spoken(emulator) == "You asked: When is the deadline?"
    assert emulator.asked[-1].body["messages"] == ASK


def test_the_tokens_of_a_stream_are_counted(emulator: GroqEmulator):
    """In the last chunk, as Groq reports them."""
    whole = client(emulator).chat.completions.create(model=MODEL, messages=ASK)
    assert whole.usage
    assert whole.usage.completion_tokens == 5
    assert whole.choices[0].message.content == "The deadline is January fifteenth."


def test_a_recording_is_transcribed(emulator: GroqEmulator):
    """As a multipart form with a WAV file in it."""
    emulator.transcript = lambda file: f"{len(file)} bytes"
    audio = wav()
    said = client(emulator).audio.transcriptions.create(
        file=("audio.wav", audio), model="whisper-large-v3-turbo"
    )
    assert said.text == f"{len(audio)} bytes"


def test_models_are_listed(emulator: GroqEmulator):
    """Those that the emulator knows."""
    assert [m.id for m in client(emulator).models.list().data] == list(emulator.models)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, groq.APIConnectionError),
        (Fault.HUNG, groq.APITimeoutError),
        (Fault.SLOW, groq.APITimeoutError),
        (Fault.TOO_MANY, groq.RateLimitError),
        (Fault.BROKEN, groq.InternalServerError),
        (Fault.WRONG_KEY, groq.AuthenticationError),
        (Fault.STALLED, httpx.ReadTimeout),
        (Fault.DROPPED, httpx.TransportError),
    ],
)
def test_a_fault_is_what_the_sdk_takes_it_for(
    emulator: GroqEmulator, fault: Fault, error: type[Exception]
):
    """And gone as soon as it is mended."""
    emulator.fault = fault
    with pytest.raises(error):
        spoken(emulator, timeout=0.3)
    emulator.fault = None
    assert spoken(emulator) == "The deadline is January fifteenth."


def test_a_429_says_when_to_come_again(emulator: GroqEmulator):
    """In its header, in seconds."""
    emulator.fault = Fault.TOO_MANY
    with pytest.raises(groq.RateLimitError) as error:
        spoken(emulator)
    assert error.value.response.headers["retry-after"] == str(emulator.retry_after)


@pytest.mark.parametrize(
    ("fault", "heard"), [(Fault.ENDS_EARLY, "The deadline"), (Fault.NO_AUDIO, "")]
)
def test_an_answer_may_be_short(emulator: GroqEmulator, fault: Fault, heard: str):
    """Without any error that the SDK could notice."""
    emulator.fault = fault
    assert spoken(emulator) == heard


def test_an_unknown_model_is_refused(emulator: GroqEmulator):
    """With 404, as for one that was taken down."""
    with pytest.raises(groq.NotFoundError):
        client(emulator).chat.completions.create(model="llama-1", messages=ASK)


def test_connections_can_be_cut_and_come_again(emulator: GroqEmulator):
    """One that was kept open is of no use afterwards; a new one is."""
    kept = client(emulator)
    kept.models.list()
    emulator.cut_connections()
    assert client(emulator).models.list().data
