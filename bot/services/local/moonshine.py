"""Moonshine tiny (English): speech to text on this machine, with partial transcripts."""

import asyncio
import ctypes
import re
from collections import Counter
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from moonshine_voice import Transcriber
from moonshine_voice.errors import check_error
from moonshine_voice.moonshine_api import ModelArch, TranscriptC
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.services.local.pinned import pinned_folder
from processors.frames import FinalSegmentFrame, PartialSegmentFrame

RATE = 16000
_SHA256 = {
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
_BEFORE_SECONDS = 0.8  # of audio kept from before the VAD noticed speech
_JOINED_SECONDS = 7.0  # a segment this long is not heard again after a pause
_FIRST_SECONDS = 0.15  # after the VAD noticed speech; less is not enough for a word
_EVERY_SECONDS = 0.25  # between partial transcripts
_LONGEST_SECONDS = 15.0  # at once; longer speech is transcribed in parts


class _Model(Transcriber):
    """Hands the samples over as they are, and takes the words only.

    The package's own call turns every sample into a Python object, twice, and holds the interpreter
    for tens of milliseconds meanwhile.
    """

    def texts(self, samples: np.ndarray) -> list[str]:
        found = ctypes.POINTER(TranscriptC)()
        start = samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        check_error(
            self._lib.moonshine_transcribe_without_streaming(
                self._handle, start, len(samples), RATE, 0, ctypes.byref(found)
            )
        )
        lines = (found.contents.lines[i] for i in range(found.contents.line_count))
        return [ctypes.string_at(line.text).decode("utf-8", "ignore") for line in lines]


class Recognizer:
    """The model, shared by all calls of a process. It blocks its thread, so it has its own."""

    def __init__(self) -> None:
        folder = pinned_folder("moonshine_voice", "assets/tiny-en", _SHA256)
        self._model = _Model(folder, ModelArch.TINY, options={"vad_threshold": "0"})
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="moonshine")

    async def transcribe(self, pcm: bytes) -> str:
        """The words in `pcm` (16-bit mono, 16 kHz), or "" where there are none.

        About 0.15 s for 2 s of speech on two cores.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.words, pcm)

    def words(self, pcm: bytes) -> str:
        """The same, blocking."""
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / np.float32(32768)
        step = int(_LONGEST_SECONDS * RATE)
        parts = [samples[i : i + step] for i in range(0, len(samples), step)]
        return " ".join(filter(None, (self._part(part) for part in parts)))

    def _part(self, samples: np.ndarray) -> str:
        text = " ".join(line.strip() for line in self._model.texts(samples)).strip()
        return text if is_speech(text) else ""

    def warm(self) -> None:
        """The first call is slow: made before the first caller."""
        self.words(bytes(RATE * 2))


def is_speech(text: str) -> bool:
    """Whether a transcript is one: on music and murmur the model sings or goes in circles."""
    words = re.findall(r"[a-z0-9']+", text.lower())
    if not words or "♪" in text:
        return False
    circles = len(words) >= 5 and 1 < len(set(words)) < len(words) / 2
    fours = Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
    return not circles and (not fours or fours.most_common(1)[0][1] < 3)


class MoonshineSTT(STTService):
    """VAD frames mark the speech; audio frames carry it.

    while the caller speaks     -> PartialSegmentFrame, about three a second
    VADUserStoppedSpeakingFrame -> FinalSegmentFrame, always one, empty if there were no words
    speech after a short pause  -> the same segment again, pause and all: words are understood
                                   better with those before them
    """

    def __init__(self, recognizer: Recognizer) -> None:
        super().__init__(
            sample_rate=RATE,
            ttfs_p99_latency=0.5,
            settings=STTSettings(model="moonshine-tiny", language=Language.EN),
        )
        self._recognizer = recognizer
        self._audio = bytearray()
        self._segment = 0
        self._open = False  # the turn goes on: what comes may belong to the same segment
        self._listening: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame():
                if self._open and len(self._audio) <= _JOINED_SECONDS * RATE * 2:
                    await self._stop_finishing()  # the same segment will be heard again, longer
                else:
                    self._begin_segment()
                self._listening = self.create_task(self._partials(), "listening")
            case VADUserStoppedSpeakingFrame():
                await self._stop_listening()
                self._finishing = self.create_task(self._final(bytes(self._audio)), "finishing")
            case UserStoppedSpeakingFrame():
                self._open = False
            case EndFrame() | CancelFrame():
                await self._stop_listening()
                await self._stop_finishing()
            case _:
                pass

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Collects audio; transcripts come from a task of their own."""
        self._audio += audio
        if not self._open:
            self._keep_recent()
        return
        yield

    def _begin_segment(self) -> None:
        self._segment += 1
        self._open = True
        self._keep_recent()

    def _keep_recent(self) -> None:
        del self._audio[: max(0, len(self._audio) - int(_BEFORE_SECONDS * RATE) * 2)]

    async def _stop_listening(self) -> None:
        if self._listening:
            task, self._listening = self._listening, None
            await self.cancel_task(task)

    async def _stop_finishing(self) -> None:
        if self._finishing:
            task, self._finishing = self._finishing, None
            await self.cancel_task(task)

    async def _partials(self) -> None:
        last = ""
        await asyncio.sleep(_FIRST_SECONDS)
        while True:
            recent = bytes(self._audio[-int(_LONGEST_SECONDS * RATE) * 2 :])
            text = await self._recognizer.transcribe(recent)
            if text and text != last:
                last, now = text, time_now_iso8601()
                await self.push_frame(
                    PartialSegmentFrame(text, "", now, Language.EN, segment=self._segment)
                )
            await asyncio.sleep(_EVERY_SECONDS)

    async def _final(self, audio: bytes) -> None:
        segment = self._segment
        text = await self._recognizer.transcribe(audio)
        frame = FinalSegmentFrame(text, "", time_now_iso8601(), Language.EN, segment=segment)
        frame.finalized = True
        await self.push_frame(frame)
        await self.emit_stt_usage_metrics()
