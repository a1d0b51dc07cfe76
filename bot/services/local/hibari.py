"""hibari: text to speech on one core, 24 kHz."""

from collections.abc import AsyncGenerator

import numpy as np
import soxr
from hibari import Hibari
from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TextAggregationMode, TTSService

from bot.services.local.one_thread import OneThread
from bot.services.local.pinned import pinned_folder
from rag_index.encoder import inference_session
from rag_index.speakable import speakable

_SHA256 = {"hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"}
_PATIENCE_SECONDS = 0.01  # for each character
_SILENT = 0.001  # of full scale; the model's silence is less
_BEFORE, _AFTER = 2, 30  # hundredths of a second kept around the sound of a piece
_GOES_ON = (",", ";", ":", "—", "–", "-")
_LEVEL = 0.89  # full scale of the loudest sample, so that no door clips


class Voice:
    """The voice, shared by all calls of a process; one thread speaks for all."""

    sample_rate = Hibari.sample_rate

    def __init__(self, threads: int = 1) -> None:
        folder = pinned_folder("hibari", "assets", _SHA256)
        model = str(folder / "hibari.onnx")
        self._hibari = Hibari(model=model)
        self._hibari.sess = inference_session(model, threads=threads)
        self._thread = OneThread("hibari")

    async def speak(self, text: str, rate: int) -> bytes:
        """16-bit mono PCM at `rate`. About 1/40 of the speech's length on one core.

        Of several texts that wait the short one is next: a reply begins with a short piece.
        """
        return await self._thread.run(len(text) * _PATIENCE_SECONDS, self._at, rate, text)

    def _at(self, rate: int, text: str) -> bytes:
        pcm = self.pcm(text)
        if rate == self.sample_rate:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2")
        return soxr.resample(samples, self.sample_rate, rate, quality="VHQ").tobytes()

    def pcm(self, text: str) -> bytes:
        """The same, blocking. The same text always sounds the same."""
        audio = without_silence(self._hibari(text, seed=0), goes_on=text.rstrip()[-1:] in _GOES_ON)
        peak = float(np.abs(audio).max(initial=0.0))
        gain = min(1.0, _LEVEL / peak) if peak > 0 else 1.0
        return (audio * gain * 32767).astype("<i2").tobytes()

    def warm(self) -> bytes:
        """The first sentence is slow: spoken before the first caller. Gives the longest's audio.

        Short, middling and long: otherwise memory grows by 16 MB in the first 60 sentences.
        """
        return max((self.pcm(text) for text in _WARMING), key=len)


def without_silence(audio: np.ndarray, *, goes_on: bool) -> np.ndarray:
    """The model's audio without the 0.3 s of silence that it begins with: a caller would wait.

    audio: float32 at Voice.sample_rate. goes_on: the text is a piece of a sentence; the silence at
    its end is as long as the pause that the model makes at a comma.
    """
    size = Voice.sample_rate // 100
    frames = audio[: len(audio) // size * size].reshape(-1, size)
    sounds = np.flatnonzero(np.sqrt((frames**2).mean(axis=1)) > _SILENT)
    if not len(sounds):
        return audio
    begin = max(0, int(sounds[0]) - _BEFORE)
    end = int(sounds[-1]) + _AFTER if goes_on else len(frames) + 1
    return audio[begin * size : end * size]


_WARMING = (
    "Please send us the application, the transcripts of your school and two letters of "
    "recommendation by January fifteenth, at five in the afternoon, or as soon as you can.",
    "One moment.",
    "The fee is two hundred and forty-five dollars, due on Friday.",
    "You can reach the office at five five five, zero one five seven, from nine to half past four.",
    "Shuttle buses run between the campus and the station every fifteen minutes on weekdays, and "
    "once an hour at the weekend.",
)


async def _as_spoken(text: str, _type: str) -> str:
    return speakable(text)


class HibariTTS(TTSService):
    """LLM text -> AggregatedTextFrame, TTSAudioRawFrame, TTSTextFrame, a sentence at a time."""

    def __init__(self, voice: Voice) -> None:
        super().__init__(
            text_aggregation_mode=TextAggregationMode.SENTENCE,
            push_start_frame=True,
            push_stop_frames=True,
            text_transforms=[("*", _as_spoken)],
            settings=TTSSettings(model="hibari", voice="heart", language=None),
        )
        self._voice = voice

    def can_generate_metrics(self) -> bool:
        """Time to first byte is measured."""
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """The sentence's audio as one frame, at the pipeline's output rate."""
        await self.start_tts_usage_metrics(text)
        pcm = await self._voice.speak(text, self.sample_rate)
        await self.stop_ttfb_metrics()
        yield TTSAudioRawFrame(pcm, self.sample_rate, 1, context_id=context_id)
