"""Voices, hosted and Piper, through Pipecat's services."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    ErrorFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)

from bot.services.registry import Services
from processors.frames import SpokenWordFrame
from tests.bot.services.emulated import hosted, reply
from tests.emulators.elevenlabs import ElevenLabsEmulator
from tests.emulators.emulator import Emulator, Fault
from tests.emulators.google_tts import GoogleTTSEmulator
from tests.emulators.tone import tone
from tests.processors.harness import Bench

FIRST, SECOND = "The deadline is January 15.", "The fee is $75."
SPOKEN = ["The deadline is January fifteenth.", "The fee is seventy-five dollars."]
RATE = 24000


@pytest.fixture(params=[ElevenLabsEmulator, GoogleTTSEmulator])
def emulator(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as running:
        yield running


@pytest.fixture
def voice(emulator: Emulator) -> Services:
    name = "google" if isinstance(emulator, GoogleTTSEmulator) else "elevenlabs"
    return hosted("tts", name, emulator)


def pieces(frames: list[Frame]) -> list[tuple[str, bytes]]:
    """Each sentence with the audio that follows it."""
    found: list[tuple[str, bytes]] = []
    for frame in frames:
        if isinstance(frame, AggregatedTextFrame) and not isinstance(frame, TTSTextFrame):
            found.append((frame.text.strip(), b""))
        elif isinstance(frame, TTSAudioRawFrame):
            text, audio = found[-1]
            found[-1] = text, audio + frame.audio
    return found


async def test_each_sentence_is_followed_by_its_audio(emulator: Any, voice: Services):
    """So that it is known what the caller heard; the texts are as one says them."""
    async with Bench(voice.tts[0].make()) as bench:
        await bench.send(*reply(FIRST, SECOND))
        await bench.after.until(LLMFullResponseEndFrame)
        heard = pieces(bench.after.frames)
    assert emulator.spoken == SPOKEN
    assert heard == [
        (text, tone(spoken, RATE)) for text, spoken in zip((FIRST, SECOND), SPOKEN, strict=True)
    ]


async def test_audio_comes_as_it_is_made(emulator: Any, voice: Services):
    """In pieces of a tenth of a second, not when all of it is there."""
    async with Bench(voice.tts[0].make()) as bench:
        await bench.send(*reply(FIRST))
        await bench.after.until(LLMFullResponseEndFrame)
        sizes = [len(f.audio) / 2 / RATE for f in bench.after.of(TTSAudioRawFrame)]
    assert max(sizes) <= 0.1


async def test_a_reply_that_is_broken_into_is_over(emulator: Any, voice: Services):
    """The next one is spoken, and nothing of the one before."""
    async with Bench(voice.tts[0].make()) as bench:
        emulator.pace.between = 0.05
        await bench.send(*reply(FIRST))
        await bench.after.until(TTSAudioRawFrame)
        await bench.send(InterruptionFrame())
        emulator.pace.between = 0.0
        await bench.after.until(InterruptionFrame)
        bench.after.frames.clear()
        await bench.send(*reply(SECOND))
        await bench.after.until(LLMFullResponseEndFrame)
        heard = pieces(bench.after.frames)
    assert heard == [(SECOND, tone(SPOKEN[1], RATE))]


@pytest.mark.parametrize(
    "fault", [Fault.REFUSED, Fault.TOO_MANY, Fault.BROKEN, Fault.WRONG_KEY, Fault.NO_AUDIO]
)
async def test_a_fault_is_an_error_of_the_pipeline(emulator: Any, voice: Services, fault: Fault):
    """Also an answer that has no sound."""
    await voice.warm()
    emulator.fault = fault
    async with Bench(voice.tts[0].make()) as bench:
        await bench.send(*reply(FIRST))
        await bench.before.until(ErrorFrame)


async def test_a_voice_that_was_away_speaks_again():
    """A connection that was cut is opened again, before there is something to say."""
    with ElevenLabsEmulator() as emulator:
        async with Bench(hosted("tts", "elevenlabs", emulator).tts[0].make()) as bench:
            await bench.send(*reply(FIRST))
            await bench.after.until(LLMFullResponseEndFrame)
            emulator.cut_connections()
            await emulator.until_connected(2)
            await bench.send(*reply(SECOND))
            await bench.after.until(LLMFullResponseEndFrame, 2)
    assert emulator.spoken == SPOKEN


async def test_a_socket_is_open_before_the_first_word():
    """And the one that speaks is that one."""
    with ElevenLabsEmulator() as emulator:
        async with Bench(hosted("tts", "elevenlabs", emulator).tts[0].make()) as bench:
            await emulator.until_connected(1)
            await bench.send(*reply(FIRST))
            await bench.after.until(LLMFullResponseEndFrame)
        assert emulator.connected == 1


async def test_a_provider_that_hangs_keeps_no_call_waiting():
    """The pipeline starts, and its other parts work."""
    with ElevenLabsEmulator() as emulator:
        emulator.fault = Fault.HUNG
        async with Bench(hosted("tts", "elevenlabs", emulator).tts[0].make()) as bench:
            await bench.send(LLMFullResponseStartFrame())
            await bench.after.until(LLMFullResponseStartFrame)


async def test_words_come_with_their_times():
    """Those of ElevenLabs, from the beginning of each sentence."""
    with ElevenLabsEmulator() as emulator:
        async with Bench(hosted("tts", "elevenlabs", emulator).tts[0].make()) as bench:
            await bench.send(*reply(FIRST, SECOND))
            await bench.after.until(LLMFullResponseEndFrame)
            words = bench.after.of(SpokenWordFrame)
    assert [w.word for w in words] == " ".join(SPOKEN).split()
    begins = [i for i, w in enumerate(words) if w.at < 0.01]
    assert begins == [0, 5]
    assert all(b.at > a.at for a, b in pairwise(words) if b.at)


@pytest.mark.slow
async def test_piper_speaks_with_the_voice_of_its_package():
    """On this machine, at the rate of the call."""
    async with Bench(hosted("tts", "piper").tts[0].make()) as bench:
        await bench.send(*reply(FIRST))
        await bench.after.until(LLMFullResponseEndFrame)
        ((text, audio),) = pieces(bench.after.frames)
    assert text == FIRST
    assert 1.0 < len(audio) / 2 / RATE < 5.0


@pytest.mark.slow
async def test_a_voice_that_gave_up_speaks_once_it_is_asked_again():
    """Long after the provider went away, and Pipecat stopped trying."""
    with ElevenLabsEmulator() as emulator:
        service = hosted("tts", "elevenlabs", emulator).tts[0].make()
        async with Bench(service) as bench:
            await emulator.until_connected(1)
            emulator.fault = Fault.REFUSED
            while service.is_usable:
                await bench.before.until(ErrorFrame, len(bench.before.of(ErrorFrame)) + 1)
            emulator.fault = None
            await service.set_usable(True)
            await bench.send(*reply(FIRST))
            await bench.after.until(TTSAudioRawFrame)
    assert emulator.spoken == SPOKEN[:1]
