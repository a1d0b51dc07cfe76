"""Moonshine tiny (English): speech to text on this machine, with partial transcripts."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from moonshine_voice import Transcriber
from moonshine_voice.moonshine_api import ModelArch
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InterimTranscriptionFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.services.local.pinned import pinned_folder

RATE = 16000
_SHA256 = {
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
_BEFORE_SECONDS = 0.5  # of audio kept from before the VAD noticed speech
_TAIL_SECONDS = 0.2  # of silence after the last word, so that it is not cut short
_EVERY_SECONDS = 0.25  # between partial transcripts
_LONGEST_SECONDS = 15.0  # at once; longer speech is transcribed in parts


class Recognizer:
    """The model, shared by all calls of a process. It blocks its thread, so it has its own."""

    def __init__(self) -> None:
        folder = pinned_folder("moonshine_voice", "assets/tiny-en", _SHA256)
        self._model = Transcriber(folder, ModelArch.TINY, options={"vad_threshold": "0"})
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moonshine")

    async def transcribe(self, pcm: bytes) -> str:
        """The words in `pcm` (16-bit mono, 16 kHz), or "" where there are none.

        About 0.15 s for 2 s of speech on two cores.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.words, pcm)

    def words(self, pcm: bytes) -> str:
        """The same, blocking."""
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / 32768.0
        step = int(_LONGEST_SECONDS * RATE)
        parts = [samples[i : i + step] for i in range(0, len(samples), step)]
        return " ".join(filter(None, (self._part(part) for part in parts)))

    def _part(self, samples: np.ndarray) -> str:
        found = self._model.transcribe_without_streaming(samples.tolist(), RATE)
        text = " ".join(line.text.strip() for line in found.lines).strip()
        return text if is_speech(text) else ""

    def warm(self) -> None:
        """The first call is slow: made before the first caller."""
        self.words(bytes(RATE * 2))


def is_speech(text: str) -> bool:
    """Whether a transcript is one. On music, horns and murmur the model sings or goes round in circles."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    if not words or "♪" in text:
        return False
    fours = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    return not fours or fours.most_common(1)[0][1] < 3


class MoonshineSTT(STTService):
    """VAD frames mark the speech; audio frames carry it.

        while the caller speaks  -> InterimTranscriptionFrame, about four a second
        VADUserStoppedSpeaking   -> TranscriptionFrame, always one, empty if there were no words
    """

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__(
            sample_rate=RATE,
            ttfs_p99_latency=0.5,
            settings=STTSettings(model="moonshine-tiny", language=Language.EN),
        )
        self._recognizer = recognizer
        self._audio = bytearray()
        self._speaking = False
        self._task: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: object) -> None:
        await super().process_frame(frame, direction)  # type: ignore[arg-type]
        match frame:
            case VADUserStartedSpeakingFrame():
                self._speaking = True
                await self._begin(self._partials())
            case VADUserStoppedSpeakingFrame():
                self._speaking = False
                keep = int((_TAIL_SECONDS - frame.stop_secs) * RATE) * 2
                audio = bytes(self._audio) if keep >= 0 else bytes(self._audio[:keep])
                self._audio.clear()
                await self._begin(self._final(audio))
            case EndFrame() | CancelFrame():
                await self._begin(None)
            case _:
                pass

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Collects audio; transcripts come from a task of their own."""
        self._audio += audio
        if not self._speaking:
            del self._audio[: max(0, len(self._audio) - int(_BEFORE_SECONDS * RATE) * 2)]
        return
        yield

    async def _begin(self, work: object) -> None:
        if self._task:
            task, self._task = self._task, None
            await self.cancel_task(task)
        if work is not None:
            self._task = self.create_task(work, "transcribe")  # type: ignore[arg-type]

    async def _partials(self) -> None:
        last = ""
        while True:
            recent = bytes(self._audio[-int(_LONGEST_SECONDS * RATE) * 2 :])
            text = await self._recognizer.transcribe(recent)
            if text and text != last:
                last = text
                now = time_now_iso8601()
                await self.push_frame(InterimTranscriptionFrame(text, "", now, Language.EN))
            await asyncio.sleep(_EVERY_SECONDS)

    async def _final(self, audio: bytes) -> None:
        text = await self._recognizer.transcribe(audio)
        self._task = None
        frame = TranscriptionFrame(text, "", time_now_iso8601(), Language.EN)
        frame.finalized = True
        await self.push_frame(frame)
        await self.emit_stt_usage_metrics()
