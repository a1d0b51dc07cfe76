"""Moonshine tiny (English): speech to text on this machine, with partial transcripts."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress

import numpy as np
from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.memory import Leftovers
from bot.services.local.lulls import LULL_SECONDS, Hearing, Lull
from bot.services.local.moonshine_model import RATE, MoonshineModel
from bot.services.local.one_thread import OneThread
from bot.services.local.pinned import pinned_folder
from processors.ahead_frames import UtteranceOverFrame
from processors.frames import FinalSegmentFrame, PartialSegmentFrame

_SHA256 = {
    "decoder_model_merged.ort": "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
    "encoder_model.ort": "94e90a4654fc45cdfedb77c4c08e1739f48862998e58fada384b25118134f221",
    "tokenizer.bin": "6884b35fd6377d4c4d32336a0bc152f36b64d1e45b6503683cdc238250a8472d",
}
_BEFORE_SECONDS = 0.8  # of audio kept from before the VAD noticed speech
_JOINED_SECONDS = 7.0  # a segment this long is not heard again after a pause
_FIRST_SECONDS = 0.15  # after the VAD noticed speech; less is not enough for a word
_EVERY_SECONDS = 0.2  # between partial transcripts
_AT_FIRST_SECONDS = 0.05  # the same, while it may be somebody who breaks in: the bot's pause ends
_MAY_BREAK_IN_SECONDS = 0.5  # after that, with or without words
_SPEAKING_SECONDS = 0.5  # that a partial transcript can wait while others are waited for
_LONGEST_SECONDS = 15.0  # at once; longer speech is transcribed in parts


class Recognizer:
    """The model, shared by all calls of a process. It blocks its thread, so it has its own."""

    def __init__(self) -> None:
        folder = pinned_folder("moonshine_voice", "assets/tiny-en", _SHA256)
        self._model = MoonshineModel(folder)
        self._thread = OneThread("moonshine")
        self._leftovers = Leftovers()

    def transcribe(self, pcm: bytes, patience: float = 0.0) -> asyncio.Future[str]:
        """The words in `pcm` (16-bit mono, 16 kHz), or "" where there are none.

        About 0.15 s for 2 s of speech on two cores. patience: seconds by which it is less urgent
        than what a caller waits for.
        """
        return self._thread.run(patience, self.words, pcm)

    def words(self, pcm: bytes) -> str:
        """The same, blocking."""
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32) / np.float32(32768)
        step = int(_LONGEST_SECONDS * RATE)
        parts = [samples[i : i + step] for i in range(0, len(samples), step)]
        return " ".join(filter(None, (self._part(part) for part in parts)))

    def _part(self, samples: np.ndarray) -> str:
        text = " ".join(line.strip() for line in self._model.texts(samples)).strip()
        self._leftovers.give_back()
        return text if is_speech(text) else ""

    def warm(self, speech: bytes, rate: int) -> None:
        """The first call is slow: made before the first caller.

        speech: 16-bit mono at `rate`, as long as an utterance gets, so that memory is at its size.
        """
        samples = np.frombuffer(speech, dtype="<i2")
        at = np.arange(0, len(samples), rate / RATE)
        self.words(np.interp(at, np.arange(len(samples)), samples).astype("<i2").tobytes())


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
    a silence begins            -> one more, of everything
    VADUserStoppedSpeakingFrame -> FinalSegmentFrame, always one, empty if there were no words;
                                   the same as the last partial if that silence went on
    speech after a short pause  -> the same segment again, pause and all: words are understood
                                   better with those before them

    lull: how long the VAD has heard no voice; without it, every transcript is made at the end.
    """

    def __init__(self, recognizer: Recognizer, lull: Callable[[], Lull] = Lull) -> None:
        super().__init__(
            sample_rate=RATE,
            ttfs_p99_latency=0.5,
            settings=STTSettings(model="moonshine-tiny", language=Language.EN),
        )
        self._recognizer, self._lull = recognizer, lull
        self._audio = bytearray()
        self._segment = 0
        self._said = 0  # bytes of the audio that have been in a transcript
        self._open = False  # the turn goes on: what comes may belong to the same segment
        self._hearing: Hearing | None = None
        self._noticed = -1  # the last lull that was told to `_partials`
        self._fell_silent = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._finishing: asyncio.Task[None] | None = None

    def can_generate_metrics(self) -> bool:
        """Seconds of audio are counted."""
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        match frame:
            case VADUserStartedSpeakingFrame():
                if self._open and len(self._audio) <= _JOINED_SECONDS * RATE * 2:
                    await self._stop_finishing()  # the same segment will be heard again, longer
                else:
                    self._begin_segment()
                self._hearing = None
                await self._stop_listening()  # whoever is said to speak may speak already
                self._listening = self.create_task(self._partials(), "listening")
            case VADUserStoppedSpeakingFrame():
                await self._stop_listening()
                self._said = len(self._audio)
                self._finishing = self.create_task(self._final(self._whole()), "finishing")
            case UtteranceOverFrame():
                self._open = False
            case EndFrame() | CancelFrame():
                await self._end_listening()
            case _:
                pass

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._end_listening()  # a call that ends as it begins has no EndFrame

    async def _end_listening(self) -> None:
        await self._stop_listening()
        await self._stop_finishing()

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Collects audio; transcripts come from a task of their own."""
        self._audio += audio
        if not self._open:
            self._keep_recent()
        lull = self._lull()
        if lull.seconds >= LULL_SECONDS and lull.number != self._noticed:
            self._noticed = lull.number
            self._fell_silent.set()
        return
        yield

    def _begin_segment(self) -> None:
        self._segment += 1
        self._open = True
        self._keep_recent()

    def _keep_recent(self) -> None:
        dropped = max(self._said, len(self._audio) - int(_BEFORE_SECONDS * RATE) * 2, 0)
        del self._audio[:dropped]
        self._said = 0

    async def _stop_listening(self) -> None:
        if self._listening:
            task, self._listening = self._listening, None
            await self.cancel_task(task)

    async def _stop_finishing(self) -> None:
        if self._finishing:
            task, self._finishing = self._finishing, None
            await self.cancel_task(task)

    async def _partials(self) -> None:
        last, clock = "", asyncio.get_running_loop().time
        began = clock()
        self._fell_silent.clear()
        await self._silence_or(_FIRST_SECONDS)
        while True:
            if self._hearing is None or not self._hearing.holds_all(self._lull()):
                self._hearing = hearing = self._hear()
                text = await asyncio.shield(hearing.text)
                lull = hearing.holds_all(self._lull())
                if text and (lull or text != last):
                    last = text
                    await self._push_partial(text, lull=lull)
            at_first = clock() - began < _MAY_BREAK_IN_SECONDS
            await self._silence_or(_AT_FIRST_SECONDS if at_first else _EVERY_SECONDS)

    async def _silence_or(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._fell_silent.wait(), seconds)
        self._fell_silent.clear()

    def _hear(self) -> Hearing:
        longest = int(_LONGEST_SECONDS * RATE) * 2
        lull = self._lull()
        patience = 0.0 if lull.seconds else _SPEAKING_SECONDS
        text = self._recognizer.transcribe(bytes(self._audio[-longest:]), patience)
        return Hearing(text, lull, whole=len(self._audio) <= longest)

    async def _push_partial(self, text: str, *, lull: bool) -> None:
        at, segment = time_now_iso8601(), self._segment
        partial = PartialSegmentFrame(text, "", at, Language.EN, segment=segment, lull=lull)
        await self.push_frame(partial)

    def _whole(self) -> asyncio.Future[str]:
        if self._hearing and self._hearing.holds_all(self._lull()):
            return self._hearing.text
        return self._recognizer.transcribe(bytes(self._audio))

    async def _final(self, text: asyncio.Future[str]) -> None:
        segment, words = self._segment, await text
        frame = FinalSegmentFrame(words, "", time_now_iso8601(), Language.EN, segment=segment)
        frame.finalized = True
        await self.push_frame(frame)
        await self.emit_stt_usage_metrics()
