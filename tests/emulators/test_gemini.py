"""Google's own SDK finds the emulator to be Gemini."""

import contextlib
from collections.abc import Iterator

import httpx
import pytest
from google import genai
from google.genai import errors, types

from tests.emulators.emulator import Fault
from tests.emulators.gemini import GeminiEmulator

MODEL = GeminiEmulator.models[0]


@pytest.fixture
def emulator() -> Iterator[GeminiEmulator]:
    with GeminiEmulator() as running:
        yield running


def client(emulator: GeminiEmulator, *, key: str = "", timeout: float = 5.0) -> genai.Client:
    options = types.HttpOptions(base_url=emulator.url, timeout=int(timeout * 1000))
    return genai.Client(api_key=key or emulator.key, http_options=options)


def spoken(emulator: GeminiEmulator, **options: float) -> str:
    with contextlib.closing(client(emulator, **options)) as google:
        stream = google.models.generate_content_stream(
            model=MODEL,
            contents="When is the deadline?",
            config=types.GenerateContentConfig(system_instruction="Be brief."),
        )
        return "".join(chunk.text or "" for chunk in stream)


def test_a_reply_is_streamed_word_by_word(emulator: GeminiEmulator):
    """And contents and system instruction arrive as they were sent."""
    emulator.reply = lambda contents: f"You asked: {contents[-1]['parts'][0]['text']}"
    assert spoken(emulator) == "You asked: When is the deadline?"
    assert emulator.asked[-1].body["systemInstruction"]["parts"] == [{"text": "Be brief."}]


def test_tokens_are_counted(emulator: GeminiEmulator):
    """As Gemini reports them."""
    with contextlib.closing(client(emulator)) as google:
        whole = google.models.generate_content(model=MODEL, contents="When is the deadline?")
    assert whole.text == "The deadline is January fifteenth."
    assert whole.usage_metadata
    assert whole.usage_metadata.candidates_token_count == 5


def test_models_are_listed(emulator: GeminiEmulator):
    """Those that the emulator knows."""
    with contextlib.closing(client(emulator)) as google:
        assert [m.name for m in google.models.list()] == [f"models/{m}" for m in emulator.models]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, httpx.ConnectError),
        (Fault.HUNG, httpx.ReadTimeout),
        (Fault.SLOW, httpx.ReadTimeout),
        (Fault.TOO_MANY, errors.ClientError),
        (Fault.BROKEN, errors.ServerError),
        (Fault.WRONG_KEY, errors.ClientError),
        (Fault.STALLED, httpx.ReadTimeout),
        (Fault.DROPPED, httpx.TransportError),
    ],
)
def test_a_fault_is_what_the_sdk_takes_it_for(
    emulator: GeminiEmulator, fault: Fault, error: type[Exception]
):
    """And gone as soon as it is mended."""
    emulator.fault = fault
    with pytest.raises(error):
        spoken(emulator, timeout=0.3)
    emulator.fault = None
    assert spoken(emulator) == "The deadline is January fifteenth."


@pytest.mark.parametrize(
    ("fault", "code", "status"),
    [
        (Fault.TOO_MANY, 429, "RESOURCE_EXHAUSTED"),
        (Fault.WRONG_KEY, 400, "INVALID_ARGUMENT"),
    ],
)
def test_a_refusal_has_googles_status(
    emulator: GeminiEmulator, fault: Fault, code: int, status: str
):
    """And for a 429 the details say when to come again."""
    emulator.fault = fault
    with pytest.raises(errors.ClientError) as error:
        spoken(emulator)
    assert (error.value.code, error.value.status) == (code, status)
    told = str(error.value.details)
    assert ("'retryDelay': '7s'" in told) == (fault is Fault.TOO_MANY)


@pytest.mark.parametrize(
    ("fault", "heard"), [(Fault.ENDS_EARLY, "The deadline"), (Fault.NO_AUDIO, "")]
)
def test_an_answer_may_be_short(emulator: GeminiEmulator, fault: Fault, heard: str):
    """Without any error that the SDK could notice."""
    emulator.fault = fault
    assert spoken(emulator) == heard
