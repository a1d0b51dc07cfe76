"""The /orchestrate protocol as clients use it, over a real socket, with the real models."""

import asyncio
import sys
import wave
from pathlib import Path

import numpy as np
import pytest
import soxr

from benchmarks.voices import RATE, VOICES, as_recording
from tests.bot.doors import Doors
from tests.bot.orchestrate_client import Client
from tests.end_to_end.conftest import ROOT

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


async def test_a_client_of_the_first_table_alone_is_answered(client: Client):
    """Fragments, then vad_end: states, transcript, answer with audio, a turn that adds up."""
    client.session_id = "call-1"
    await client.send("stt_fragment", text="How much is the", is_final=False, timestamp=1.0)
    started = await client.until("session_started")
    assert started["session_id"] == "call-1"
    assert not started["resumed"]
    await client.ask(FEE)
    done = await client.until("turn_complete")
    moves = [(m["from"], m["to"]) for m in client.messages if m["type"] == "state_change"]
    assert moves == [
        ("IDLE", "LISTENING"),
        ("LISTENING", "THINKING"),
        ("THINKING", "SPEAKING"),
        ("SPEAKING", "IDLE"),
    ]
    said = [m for m in client.messages if m["type"] == "response_ready"]
    assert "$60" in " ".join(m["text"] for m in said)
    assert said[0]["citations"]
    assert [m["segment"] for m in said] == list(range(len(said)))
    assert len(client.audio) > 16000
    took = done["latency_breakdown"]
    parts = took["stt_ms"] + took["thinking_ms"] + took["tts_ms"]
    assert took["total_ms"] > 0
    assert parts == pytest.approx(took["total_ms"], abs=0.2)
    stages = {m["stage"] for m in client.messages if m["type"] == "processing"}
    assert {"intent_classification", "retrieval", "merge", "llm", "tts"} <= stages
    assert not [m for m in client.messages if m["type"] == "error"]


async def test_each_word_of_the_caller_is_told_once(client: Client):
    """As it comes, and as final at the end of the turn."""
    await client.start()
    for text in ("How much is", "How much is", FEE):
        await client.send("stt_fragment", text=text, is_final=text == FEE, timestamp=1.0)
    await client.send("vad_end", confidence=0.9)
    await client.until("turn_complete")
    told = [(m["text"], m["final"]) for m in client.messages
            if m["type"] == "transcript" and m["role"] == "user"]  # fmt: skip
    assert told == [("How much is", False), (FEE, False), (FEE, True)]


async def test_the_words_may_come_after_the_end_of_the_turn(client: Client):
    """A recogniser that makes one transcript of the whole turn is slower than the VAD."""
    await client.start()
    await client.send("vad_end", confidence=0.9)
    await client.send("stt_fragment", text=FEE, is_final=True, timestamp=1.0)
    words = await client.until("transcript", role="user", final=True)
    assert words["text"] == FEE
    await client.until("turn_complete")


async def test_words_that_never_become_final_are_answered(client: Client):
    """The client's recogniser sends partial fragments only."""
    await client.start()
    await client.send("stt_fragment", text=FEE, is_final=False, timestamp=1.0)
    await client.send("vad_end", confidence=0.9)
    words = await client.until("transcript", role="user", final=True)
    assert words["text"] == FEE


async def test_a_barge_in_clears_what_was_not_heard(client: Client):
    """What the client reports as played is what was heard; the next question is answered."""
    await client.start()
    await client.ask(FEE)
    await client.until("state_change", to="SPEAKING")
    await client.until_audio(1.5)
    await client.send("playback", played_ms=250)
    await client.send("user_speaking", timestamp=2.0)
    cleared = await client.until("clear")
    await client.until("state_change", to="LISTENING")
    first = next(m["text"] for m in client.messages if m["type"] == "response_ready")
    assert first.startswith(cleared["spoken_text"])
    assert len(cleared["spoken_text"].split()) <= 3
    done = next(m for m in client.messages if m["type"] == "turn_complete")
    assert done["interrupted"]
    await client.ask("What is the application fee for transfer students?")
    assert not (await client.until("turn_complete"))["interrupted"]


async def test_greeting_and_hang_up(client: Client):
    """With session_start the default is to greet; session_end closes with 1000."""
    await client.send("session_start")
    started = await client.until("session_started")
    client.session_id = started["session_id"]
    assert (await client.until("response_ready"))["text"]
    await client.send("session_end")
    await client.until("session_ended")
    assert await client.closed() == 1000


@pytest.mark.parametrize("rate", [8000, 24000])
async def test_the_audio_that_is_sent_has_the_rate_that_was_asked_for(client: Client, rate: int):
    """It is about as long as we said it would be."""
    await client.start(output_sample_rate=rate)
    await client.ask(FEE)
    await client.until("turn_complete")
    said = [m for m in client.messages if m["type"] == "response_ready"]
    seconds = sum(m["duration_ms"] for m in said) / 1000
    assert len(client.audio) / 2 / rate == pytest.approx(seconds, rel=0.35)


@pytest.mark.parametrize(
    ("rate", "stalls"), [(8000, False), (16000, True), (24000, True), (48000, False)]
)
async def test_audio_is_transcribed_at_every_rate(client: Client, rate: int, stalls: bool):
    """Also when the client sends nothing at all any more once the caller has asked."""
    await client.start(transcription="server", sample_rate=rate)
    samples = as_recording(VOICES["hibari"](FEE)).astype(np.float32)
    pcm = soxr.resample(samples, RATE, rate).astype(np.int16).tobytes()
    chunk = 2 * (rate // 50)
    for at in range(0, len(pcm) + (0 if stalls else 2 * rate), chunk):
        await client.line.send(pcm[at : at + chunk] or bytes(chunk))
        await asyncio.sleep(0.02)
    words = await client.until("transcript", role="user", final=True)
    assert "application fee" in words["text"].lower()
    await client.until("turn_complete")
    said = [m["text"] for m in client.messages if m["type"] == "response_ready"]
    assert "$60" in " ".join(said)


async def test_the_example_asks_and_hears(door: Doors, tmp_path: Path):
    """As its page says."""
    example = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / "examples" / "orchestrate_client.py"), FEE,
        "--url", door.url("/orchestrate", scheme="ws"), "--out", str(tmp_path / "reply.wav"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await example.communicate()
    assert "$60" in said.decode()
    with wave.open(str(tmp_path / "reply.wav")) as reply:
        assert reply.getnframes() > reply.getframerate()
