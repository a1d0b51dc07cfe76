"""ElevenLabs' own SDK finds the emulator to be ElevenLabs."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from elevenlabs.client import ElevenLabs
from elevenlabs.core.api_error import ApiError
from elevenlabs.types import AudioOutputMulti, FinalOutputMulti
from websockets.sync.client import ClientConnection, connect

from tests.bot.certificates import write_certificate
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Fault
from tests.emulators.tone import tone

MODEL = ElevenLabsEmulator.models[0]
TEXT = "The deadline is January fifteenth."


@pytest.fixture
def emulator() -> Iterator[ElevenLabsEmulator]:
    with ElevenLabsEmulator() as running:
        yield running


def client(emulator: ElevenLabsEmulator, *, key: str = "", timeout: float = 5.0) -> ElevenLabs:
    return ElevenLabs(api_key=key or emulator.key, base_url=emulator.url, timeout=timeout)


def voice(emulator: ElevenLabsEmulator) -> str:
    return next(iter(emulator.voices))


def heard(emulator: ElevenLabsEmulator, **options: float) -> bytes:
    stream = client(emulator, **options).text_to_speech.stream(
        voice(emulator), text=TEXT, model_id=MODEL, output_format="pcm_16000"
    )
    return b"".join(stream)


def socket(emulator: ElevenLabsEmulator, **query: str) -> ClientConnection:
    options = {"model_id": MODEL, "output_format": "pcm_16000", "auto_mode": "true"} | query
    where = f"{emulator.url.replace('http', 'ws', 1)}/v1/text-to-speech/{voice(emulator)}"
    address = f"{where}/multi-stream-input?{httpx.QueryParams(options)}"
    return connect(address, additional_headers={"xi-api-key": emulator.key})


def send(connection: ClientConnection, **message: Any) -> None:
    connection.send(json.dumps(message))


def closed_with(connection: ClientConnection) -> int | None:
    with suppress(websockets.ConnectionClosedError):
        for _ in connection:
            pass
    return connection.protocol.close_code


def test_speech_is_streamed(emulator: ElevenLabsEmulator):
    """As raw samples over HTTP."""
    assert heard(emulator) == tone(TEXT, 16000)
    assert emulator.spoken == [TEXT]


def test_speech_comes_with_times(emulator: ElevenLabsEmulator):
    """Each character once, as the SDK reads them."""
    chunks = client(emulator).text_to_speech.stream_with_timestamps(
        voice(emulator), text=TEXT, model_id=MODEL, output_format="pcm_16000"
    )
    chars = [c for chunk in chunks if chunk.alignment for c in chunk.alignment.characters]
    assert "".join(chars) == TEXT


def test_the_sdk_speaks_over_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """It insists on TLS there."""
    write_certificate(tmp_path, "elevenlabs")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with ElevenLabsEmulator(tls=tmp_path) as emulator:
        stream = client(emulator).text_to_speech.convert_realtime(
            voice(emulator), text=iter([TEXT]), model_id=MODEL, output_format="pcm_16000"
        )
        assert b"".join(stream) == tone(TEXT, 16000)


def test_two_texts_share_a_socket(emulator: ElevenLabsEmulator):
    """Each message says whose audio it is, and is what the SDK's types describe."""
    with socket(emulator) as connection:
        for name in ("a", "b"):
            send(connection, text=" ", context_id=name)
            send(connection, text=f"{TEXT} {name} ", context_id=name)
            send(connection, context_id=name, close_context=True)
        audio, over = {"a": b"", "b": b""}, set[str | None]()
        while over != {"a", "b"}:
            message = json.loads(connection.recv(timeout=5))
            if message.get("isFinal"):
                over.add(FinalOutputMulti.model_validate(message).context_id)
                continue
            output = AudioOutputMulti.model_validate(message)
            assert output.alignment
            assert output.context_id
            audio[output.context_id] += base64.b64decode(output.audio)
    assert audio["a"] == tone(f"{TEXT} a", 16000)
    assert audio["b"] == tone(f"{TEXT} b", 16000)


def test_without_auto_mode_a_little_text_waits(emulator: ElevenLabsEmulator):
    """For more of it, or for a flush."""
    with socket(emulator, auto_mode="false") as connection:
        send(connection, text=" ", context_id="a")
        send(connection, text="The deadline ", context_id="a")
        send(connection, text="is near. ", context_id="a")
        send(connection, context_id="a", flush=True)
        connection.recv(timeout=5)
    assert emulator.spoken == ["The deadline is near."]


def test_settings_of_a_voice_cannot_change(emulator: ElevenLabsEmulator):
    """Within a text; the socket is closed with ElevenLabs' code."""
    with socket(emulator) as connection:
        send(connection, text=" ", context_id="a")
        send(connection, text="Hello ", context_id="a", voice_settings={"speed": 1.1})
        assert closed_with(connection) == 1008


def test_a_socket_without_text_is_closed(emulator: ElevenLabsEmulator):
    """After a while."""
    emulator.idle_seconds = 0.05
    with socket(emulator) as connection:
        assert json.loads(connection.recv(timeout=5))["error"] == "input_timeout_exceeded"


def test_the_account_is_described(emulator: ElevenLabsEmulator):
    """Its voices, models and user."""
    sdk = client(emulator)
    assert {v.voice_id: v.name for v in sdk.voices.search().voices} == emulator.voices
    assert [m.model_id for m in sdk.models.list()] == list(emulator.models)
    assert sdk.user.get().user_id


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.TOO_MANY, 429), (Fault.BROKEN, 500), (Fault.WRONG_KEY, 401)]
)
def test_a_refusal_has_its_status(emulator: ElevenLabsEmulator, fault: Fault, status: int):
    """As the SDK reports it."""
    emulator.fault = fault
    with pytest.raises(ApiError) as error:
        client(emulator).user.get(request_options={"max_retries": 0})
    assert error.value.status_code == status


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REFUSED, httpx.ConnectError),
        (Fault.HUNG, httpx.ReadTimeout),
        (Fault.SLOW, httpx.ReadTimeout),
        (Fault.STALLED, httpx.ReadTimeout),
        (Fault.DROPPED, httpx.TransportError),
    ],
)
def test_a_fault_is_what_the_sdk_takes_it_for(
    emulator: ElevenLabsEmulator, fault: Fault, error: type[Exception]
):
    """And gone as soon as it is mended."""
    emulator.fault = fault
    with pytest.raises(error):
        heard(emulator, timeout=0.3)
    emulator.fault = None
    assert heard(emulator)


@pytest.mark.parametrize(
    ("fault", "code"), [(Fault.TOO_MANY, 1008), (Fault.BROKEN, 1008), (Fault.DROPPED, 1006)]
)
def test_a_socket_closes_with_its_code(emulator: ElevenLabsEmulator, fault: Fault, code: int):
    """A fault that comes once it is open is told on it."""
    with socket(emulator) as connection:
        emulator.fault = fault
        send(connection, text=" ", context_id="a")
        send(connection, text=f"{TEXT} ", context_id="a")
        assert closed_with(connection) == code


def test_a_stalled_socket_stays_open(emulator: ElevenLabsEmulator):
    """And says nothing more."""
    emulator.fault = Fault.STALLED
    with socket(emulator) as connection:
        send(connection, text=f"{TEXT} ", context_id="a")
        for _ in range(emulator.fails_after):
            connection.recv(timeout=5)
        with pytest.raises(TimeoutError):
            connection.recv(timeout=0.1)


def test_a_text_may_have_no_audio(emulator: ElevenLabsEmulator):
    """An empty piece, and then the end."""
    emulator.fault = Fault.NO_AUDIO
    with socket(emulator) as connection:
        send(connection, text=f"{TEXT} ", context_id="a")
        send(connection, context_id="a", close_context=True)
        assert json.loads(connection.recv(timeout=5))["audio"] == ""
        assert json.loads(connection.recv(timeout=5))["isFinal"]
