"""Hosted speech to text, through Pipecat's services, over a socket."""

import io
import wave
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pipecat.frames.frames import ErrorFrame, TranscriptionFrame

from bot.services.local.lulls import Lull
from bot.services.local.pinned import WeightsUnavailable
from tests.bot.services.emulated import hosted, utterance
from tests.emulators.emulator import Fault
from tests.emulators.groq import GroqEmulator
from tests.processors.harness import Bench


@pytest.fixture
def groq() -> Iterator[GroqEmulator]:
    with GroqEmulator() as running:
        yield running


async def test_each_piece_of_speech_has_a_transcript(groq: GroqEmulator):
    """Of the audio that the caller made."""
    lengths: list[float] = []

    def heard(file: bytes) -> str:
        with wave.open(io.BytesIO(file)) as audio:
            lengths.append(audio.getnframes() / audio.getframerate())
        return "When is the deadline?"

    groq.transcript = heard
    async with Bench(hosted("stt", "groq", groq).stt[0].make(Lull)) as bench:
        await bench.send(*utterance(seconds=2.0))
        words = await bench.after.until(TranscriptionFrame)
    assert words.text == "When is the deadline?"
    assert words.finalized
    assert lengths == [2.5]  # with the silence that Pipecat adds, so that the last word is whole


async def test_a_noise_has_an_empty_transcript(groq: GroqEmulator):
    """Nobody waits for words that will not come."""
    groq.transcript = lambda _: ""
    async with Bench(hosted("stt", "groq", groq).stt[0].make(Lull)) as bench:
        await bench.send(*utterance())
        assert (await bench.after.until(TranscriptionFrame)).text == ""


@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.TOO_MANY, Fault.BROKEN, Fault.WRONG_KEY])
async def test_a_fault_is_an_error_of_the_pipeline(groq: GroqEmulator, fault: Fault):
    """At once."""
    groq.fault = fault
    async with Bench(hosted("stt", "groq", groq).stt[0].make(Lull)) as bench:
        await bench.send(*utterance())
        await bench.before.until(ErrorFrame)


class Segments:
    """Stands for a model of faster-whisper: hears what the test says."""

    supported_languages = ("en",)

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.samples = 0

    def transcribe(self, audio: np.ndarray, **_: object) -> tuple[list[SimpleNamespace], None]:
        self.samples = len(audio)
        return [SimpleNamespace(text=text, no_speech_prob=0.1) for text in self.texts], None


@pytest.mark.parametrize("texts", [("When is the deadline?",), ()])
async def test_whisper_gives_each_piece_of_speech_one_transcript(texts: tuple[str, ...]):
    """Empty for a noise, so that nobody waits."""
    from bot.services.whisper_stt import WhisperSTT

    model = Segments(*texts)
    async with Bench(WhisperSTT(model, "tiny.en")) as bench:  # type: ignore[arg-type]
        await bench.send(*utterance(seconds=1.0))
        words = await bench.after.until(TranscriptionFrame)
    assert words.text.strip() == "".join(texts)
    assert model.samples == 1.5 * 16000


def test_a_whisper_that_is_not_there_says_what_to_do(tmp_path: Path):
    """A folder without a model, as one that cannot be downloaded."""
    with pytest.raises(WeightsUnavailable, match="TURNWISE_WHISPER_MODEL"):
        hosted("stt", "whisper", whisper_model=str(tmp_path))
