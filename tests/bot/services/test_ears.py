"""Hosted speech to text, through Pipecat's services, over a socket."""

import io
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from pipecat.frames.frames import ErrorFrame, InputAudioRawFrame, TranscriptionFrame

from bot.services.local.lulls import Lull
from bot.services.local.pinned import WeightsUnavailable
from processors.frames import PartialSegmentFrame
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


@dataclass
class Ear:
    """Stands for the VAD: the test says for how long it hears no voice."""

    lull: Lull = field(default_factory=Lull)

    def __call__(self) -> Lull:
        return self.lull


class Heard:
    """What the recogniser was sent, in seconds; it says what it was sent for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, file: bytes) -> str:
        with wave.open(io.BytesIO(file)) as audio:
            self.seconds.append(round(audio.getnframes() / audio.getframerate() - 0.5, 1))
        return f"Words {len(self.seconds)}."


async def test_a_piece_is_sent_when_its_silence_begins(groq: GroqEmulator):
    """It is known 0.1 s sooner, and sent once."""
    groq.transcript, ear = (heard := Heard()), Ear()
    service = hosted("stt", "groq", groq, answer_ahead="always").stt[0].make(ear)
    async with Bench(service) as bench:
        *speech, over = utterance(seconds=2.0)
        await bench.send(*speech[:-1])
        await bench.after.until(InputAudioRawFrame, 99)
        ear.lull = Lull(1, 0.1)
        await bench.send(speech[-1])
        partial = await bench.after.until(PartialSegmentFrame)
        await bench.send(over)
        final = await bench.after.until(TranscriptionFrame)
    assert (partial.text, partial.lull, final.text) == ("Words 1.", True, "Words 1.")
    assert heard.seconds == [2.0]


async def test_a_caller_who_goes_on_is_heard_whole(groq: GroqEmulator):
    """What was sent in the pause was sent for nothing."""
    groq.transcript, ear = (heard := Heard()), Ear()
    service = hosted("stt", "groq", groq, answer_ahead="always").stt[0].make(ear)
    async with Bench(service) as bench:
        began, *speech, over = utterance(seconds=2.0)
        ear.lull = Lull(1, 0.1)
        await bench.send(began, *speech[:50])
        await bench.after.until(PartialSegmentFrame)
        await bench.after.until(InputAudioRawFrame, 50)
        ear.lull = Lull(2, 0.0)
        await bench.send(*speech[50:], over)
        final = await bench.after.until(TranscriptionFrame)
    assert final.text == f"Words {len(heard.seconds)}."
    assert heard.seconds[-1] == 2.0


async def test_kept_speech_that_comes_at_once_is_not_sent_in_the_middle(groq: GroqEmulator):
    """The next recogniser gets all of it, when the caller has been silent for a while."""
    groq.transcript, ear = (heard := Heard()), Ear(Lull(1, 0.3))
    service = hosted("stt", "groq", groq, answer_ahead="always").stt[0].make(ear)
    async with Bench(service) as bench:
        await bench.send(*utterance(seconds=2.0))
        final = await bench.after.until(TranscriptionFrame)
    assert final.text == f"Words {len(heard.seconds)}."
    assert heard.seconds[-1] == 2.0


async def test_a_request_that_fails_in_the_silence_is_made_again(groq: GroqEmulator):
    """When the piece is over: what counts is that one's answer."""
    asked: list[bytes] = []

    def second_time(file: bytes) -> str:
        asked.append(file)
        if len(asked) == 1:
            raise ConnectionError
        return "At last."

    groq.transcript = second_time
    service = hosted("stt", "groq", groq, answer_ahead="always").stt[0].make(Ear(Lull(1, 0.1)))
    async with Bench(service) as bench:
        await bench.send(*utterance(seconds=0.1))
        final = await bench.after.until(TranscriptionFrame)
    assert (final.text, len(asked)) == ("At last.", 2)


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
