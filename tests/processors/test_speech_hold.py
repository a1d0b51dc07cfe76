"""The bot's speech leaves as it is heard, pauses, and goes on from the first sample not heard."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    EndWorkerFrame,
    Frame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    OutputTransportMessageUrgentFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.utils.text.base_text_aggregator import TextType

from conversation.announcements import Announcements
from conversation.ledger import Ledgers
from processors.frames import (
    AnswerStartFrame,
    HoldSpeechFrame,
    ReleaseSpeechFrame,
    ResumeSpeechFrame,
    SpeechCutFrame,
    SpeechFinishedFrame,
    SpeechPieceFrame,
    SpeechStartedFrame,
)
from processors.speech_hold import SpeechHold
from processors.tape import CHUNK_SECONDS
from tests.processors.harness import Bench, clock, messages, on_jumping_clock

RATE = 24000
WORDS = ["One two three four five six seven eight.", "Nine ten."]


def pcm(seconds: float, seed: int) -> bytes:
    """Audio in which every sample tells where it stands."""
    samples = np.random.default_rng(seed).integers(1, 30000, int(seconds * RATE))
    return samples.astype("<i2").tobytes()


AUDIO = [pcm(2.0, 1), pcm(1.0, 2)]


def reply(turn: int = 1, *, hang_up: bool = False) -> list[Frame]:
    """A reply of two pieces, as LLM and TTS make it."""
    frames: list[Frame] = [AnswerStartFrame(turn=turn, then_hang_up=hang_up)]
    frames.append(LLMFullResponseStartFrame())
    for text, audio in zip(WORDS, AUDIO, strict=True):
        frames.append(AggregatedTextFrame(text, TextType.SENTENCE))
        frames.append(TTSAudioRawFrame(audio, RATE, 1))
        frames.append(TTSTextFrame(text, text_type=TextType.SENTENCE))
    return [*frames, LLMFullResponseEndFrame()]


def hold() -> SpeechHold:
    return SpeechHold(Announcements("session", lambda: 0.0), Ledgers(), clock=clock)


def audio(bench: Bench) -> bytes:
    """All audio that left, in order."""
    return b"".join(frame.audio for frame in bench.after.of(TTSAudioRawFrame))


@on_jumping_clock
async def test_speech_leaves_as_it_is_heard_and_is_finished_when_it_was():
    """Never more than 80 ms ahead of the ear; finished after the last sample, not when it left."""
    async with Bench(hold()) as bench:
        began = clock()
        await bench.send(*reply())
        finished = await bench.before.until(SpeechFinishedFrame)
        assert clock() - began == pytest.approx(3.0, abs=0.05)
        assert finished.heard == " ".join(WORDS)
        assert audio(bench) == b"".join(AUDIO)
        sent = 0.0
        for frame, at in zip(bench.after.frames, bench.after.times, strict=True):
            if isinstance(frame, TTSAudioRawFrame):
                assert sent - (at - began) <= 0.08 + 1e-6
                sent += len(frame.audio) / (2 * RATE)


@on_jumping_clock
async def test_each_piece_is_announced_before_its_first_audio():
    """response_ready tells words and length; citations come with the first."""
    async with Bench(hold()) as bench:
        await bench.send(AnswerStartFrame(turn=1, citations=[{"document": "a.md"}]), *reply()[1:])
        await bench.before.until(SpeechFinishedFrame)
        told = [m for m in messages(bench.after) if m["type"] == "response_ready"]
        assert [m["text"] for m in told] == WORDS
        assert [m["duration_ms"] for m in told] == [2000, 1000]
        assert [m["citations"] for m in told] == [[{"document": "a.md"}], []]
        kinds = [type(f) for f in bench.after.frames]
        assert kinds.index(OutputTransportMessageUrgentFrame) < kinds.index(TTSAudioRawFrame)
        pieces = bench.before.of(SpeechPieceFrame)
        assert [p.text for p in pieces] == WORDS
        assert len(bench.before.of(SpeechStartedFrame)) == 1


@on_jumping_clock
async def test_held_speech_stops_within_its_lead_and_goes_on_without_losing_a_sample():
    """A pause of half a second makes the reply half a second longer, and nothing else."""
    async with Bench(hold()) as bench:
        began = clock()
        await bench.send(*reply())
        await asyncio.sleep(1.0)
        await bench.send(HoldSpeechFrame())
        await bench.settle()
        before = len(audio(bench))
        await asyncio.sleep(0.5)
        assert len(audio(bench)) == before
        await bench.send(ReleaseSpeechFrame())
        await bench.before.until(SpeechFinishedFrame)
        assert audio(bench) == b"".join(AUDIO)
        assert clock() - began == pytest.approx(3.42, abs=0.1)


@on_jumping_clock
async def test_an_interruption_tells_the_words_that_were_heard_and_drops_the_rest():
    """Cut after a second of the first piece: half of its words, and no more audio."""
    async with Bench(hold()) as bench:
        await bench.send(*reply())
        await asyncio.sleep(1.0)
        await bench.send(InterruptionFrame())
        cut = await bench.before.until(SpeechCutFrame)
        assert cut.turn == 1
        assert cut.heard == "One two three four"
        left = len(audio(bench))
        await asyncio.sleep(3)
        assert len(audio(bench)) == left
        assert not bench.before.of(SpeechFinishedFrame)


@on_jumping_clock
async def test_a_resumed_reply_goes_on_from_the_first_sample_that_was_not_heard():
    """What was heard before the cut and what comes after it are the whole reply, once."""
    async with Bench(hold()) as bench:
        began = clock()
        await bench.send(*reply())
        await asyncio.sleep(1.0)
        await bench.send(InterruptionFrame())
        await bench.before.until(SpeechCutFrame)
        heard_bytes = int((clock() - began) * RATE) * 2
        sent = len(audio(bench))
        await bench.send(ResumeSpeechFrame(turn=1))
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.heard == " ".join(WORDS)
        whole, resumed = b"".join(AUDIO), audio(bench)[sent:]
        assert whole.endswith(resumed)
        chunk = int(CHUNK_SECONDS * RATE) * 2
        assert 0 <= heard_bytes - (len(whole) - len(resumed)) <= chunk


@on_jumping_clock
async def test_what_belongs_to_another_turn_is_not_resumed():
    """Asked to go on with a reply that it does not hold, it says that the reply is over."""
    async with Bench(hold()) as bench:
        await bench.send(ResumeSpeechFrame(turn=7))
        finished = await bench.before.until(SpeechFinishedFrame)
        assert finished.turn == 7
        assert not bench.after.of(TTSAudioRawFrame)


@on_jumping_clock
async def test_a_reply_that_waits_its_turn_is_not_mixed_with_the_one_before():
    """Two replies at once are heard one after the other, each with its own turn."""
    async with Bench(hold()) as bench:
        await bench.send(*reply(1), *reply(2))
        await bench.before.until(SpeechFinishedFrame, 2)
        assert [f.turn for f in bench.before.of(SpeechStartedFrame)] == [1, 2]
        assert audio(bench) == b"".join(AUDIO) * 2


@on_jumping_clock
async def test_a_reply_without_words_is_reported_as_one():
    """An LLM that says nothing, or a voice that makes no sound, is no speech."""
    async with Bench(hold()) as bench:
        await bench.send(AnswerStartFrame(turn=1), LLMFullResponseStartFrame())
        await bench.send(LLMFullResponseEndFrame())
        assert (await bench.before.until(SpeechFinishedFrame)).heard == ""
        assert not bench.before.of(SpeechStartedFrame)


@on_jumping_clock
async def test_goodbye_is_heard_before_the_call_ends():
    """Hanging up waits for the last word."""
    async with Bench(hold()) as bench:
        await bench.send(*reply(hang_up=True))
        await bench.before.until(SpeechFinishedFrame)
        await bench.after.until(EndWorkerFrame)
        assert audio(bench) == b"".join(AUDIO)
