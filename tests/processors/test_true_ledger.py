"""The ledger against what is on the line: its parts add up to what a caller would measure."""

import asyncio

import numpy as np
import pytest
from pipecat.frames.frames import (
    AggregatedTextFrame,
    Frame,
    InputAudioRawFrame,
    LLMFullResponseEndFrame,
    LLMTextFrame,
    OutputTransportMessageUrgentFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.utils.text.base_text_aggregator import TextType

from benchmarks.latency.recording import Ear
from conversation.announcements import Announcements
from conversation.call import Call
from processors.last_sound import LastSound
from processors.ledger import LedgerTap
from processors.merge import Merge
from processors.speech_hold import SpeechHold
from processors.state_manager import StateManager
from tests.processors.harness import Bench, clock, messages, on_jumping_clock
from tests.processors.line import PERSONA, Branches, Model

RATE, OUT_RATE, STEP = 16000, 24000, 0.02
SPOKEN, SILENT = 1.013, 0.6  # seconds
LATE = (0.0, 0.03, 0.01)  # seconds, by turns: as chunks come over a line


class Voice(FrameProcessor):
    """Where the voice stands: thinks for 70 ms, and begins with `breath` seconds of silence."""

    def __init__(self, breath: float) -> None:
        super().__init__()
        silence = np.zeros(round(breath * OUT_RATE), dtype="<i2")
        self._audio = np.concatenate([silence, np.full(OUT_RATE, 9000, dtype="<i2")]).tobytes()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMTextFrame):
            await self.push_frame(frame, direction)
            return
        await asyncio.sleep(0.07)  # on the clock that jumps
        await self.push_frame(AggregatedTextFrame(frame.text, TextType.SENTENCE))
        await self.push_frame(TTSAudioRawFrame(self._audio, OUT_RATE, 1))
        await self.push_frame(TTSTextFrame(frame.text, text_type=TextType.SENTENCE))


async def speak(bench: Bench) -> float:
    """The caller's audio in real time, and what the ears make of it; when its last sample was."""
    speech = np.full(round(SPOKEN * RATE), 6000, dtype=np.int16)
    whole = np.concatenate([speech, np.zeros(round(SILENT * RATE), dtype=np.int16)])
    began, size = clock(), round(STEP * RATE)
    await bench.send(VADUserStartedSpeakingFrame())
    for number, at in enumerate(range(0, len(whole), size)):
        due = began + (at + size) / RATE + LATE[number % len(LATE)]
        await asyncio.sleep(max(0.0, due - clock()))
        await bench.send(InputAudioRawFrame(whole[at : at + size].tobytes(), RATE, 1))
        if at / RATE == pytest.approx(SPOKEN + 0.287, abs=STEP / 2):
            await bench.send(VADUserStoppedSpeakingFrame(stop_secs=0.2))
        if at / RATE == pytest.approx(SPOKEN + 0.4, abs=STEP / 2):
            await bench.send(UserStoppedSpeakingFrame())
    await bench.send(TranscriptionFrame("how much is it", "", ""))
    return began + SPOKEN


@pytest.mark.parametrize("breath", [0.0, 0.13, 0.31])
@on_jumping_clock
async def test_the_parts_add_up_to_what_is_heard(breath: float):
    """However late the VAD is, however the line jitters, whatever silence the voice begins with."""
    tell = Announcements("s", lambda: 0.0)
    call = Call(tell)
    ledgers = call.ledgers
    async with Bench(
        LastSound(ledgers, clock=clock),
        StateManager(call, clock=clock),
        Branches(),
        Merge(PERSONA, tell, ledgers, clock=clock, desk=call.desk),
        Model(),
        LedgerTap(tell, ledgers, clock=clock),
        Voice(breath),
        SpeechHold(tell, ledgers, clock=clock),
    ) as bench:
        last_sample = await speak(bench)
        await bench.after.until(LLMFullResponseEndFrame)
        while not (done := [m for m in messages(bench.after) if m["type"] == "turn_complete"]):
            seen = len(bench.after.of(OutputTransportMessageUrgentFrame))
            await bench.after.until(OutputTransportMessageUrgentFrame, seen + 1)
    ear = Ear(OUT_RATE)
    for frame, at in zip(bench.after.frames, bench.after.times, strict=True):
        if isinstance(frame, TTSAudioRawFrame):
            ear.hears(np.frombuffer(frame.audio, dtype=np.int16), at)
    (heard, _), *_ = ear.channel.sounds(last_sample, last_sample + 10)
    latency = done[0]["latency_breakdown"]
    critical = [row for row in latency["ledger"] if row["critical"]]
    parts = sum(row["end_ms"] - row["start_ms"] for row in critical)
    assert parts == pytest.approx((heard - last_sample) * 1000, abs=1.0)
    assert latency["total_ms"] == pytest.approx(parts, abs=0.2)
    lengths = {row["stage"]: row["end_ms"] - row["start_ms"] for row in critical}
    assert lengths["lead_in"] == pytest.approx(breath * 1000, abs=0.2)
    assert lengths["tts"] == pytest.approx(70, abs=0.2)
