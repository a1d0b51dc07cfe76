"""hibari: text to speech on one core, 24 kHz."""

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from hibari import Hibari
from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TextAggregationMode, TTSService

from bot.services.local.pinned import pinned_folder
from rag_index.speakable import speakable

_SHA256 = {"hibari.onnx": "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"}
_LEVEL = 0.89  # full scale of the loudest sample, so that no door clips


class Voice:
    """The voice, shared by all calls of a process; one thread speaks for all."""

    sample_rate = Hibari.sample_rate

    def __init__(self) -> None:
        folder = pinned_folder("hibari", "assets", _SHA256)
        self._hibari = Hibari(model=str(folder / "hibari.onnx"))
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="hibari")

    async def speak(self, text: str) -> bytes:
        """16-bit mono PCM at `sample_rate`. About 1/40 of the speech's length on one core."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.pcm, text)

    def pcm(self, text: str) -> bytes:
        """The same, blocking. The same text always sounds the same."""
        audio = self._hibari(text, seed=0)
        peak = float(np.abs(audio).max(initial=0.0))
        gain = min(1.0, _LEVEL / peak) if peak > 0 else 1.0
        return (audio * gain * 32767).astype("<i2").tobytes()

    def warm(self) -> bytes:
        """The first sentence is slow: spoken before the first caller. Gives its audio.

        It is a long one: otherwise memory grows by 16 MB in the first 60 sentences.
        """
        return self.pcm(_LONG)


_LONG = (
    "Please send us the application, the transcripts of your school and two letters of "
    "recommendation by January fifteenth, at five in the afternoon, or as soon as you can."
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
        self._rates = create_stream_resampler()

    def can_generate_metrics(self) -> bool:
        """Time to first byte is measured."""
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """The sentence's audio as one frame, at the pipeline's output rate."""
        pcm = await self._voice.speak(text)
        await self.stop_ttfb_metrics()
        if self.sample_rate != self._voice.sample_rate:
            pcm = await self._rates.resample(pcm, self._voice.sample_rate, self.sample_rate)
            pcm += await self._rates.flush()
        yield TTSAudioRawFrame(pcm, self.sample_rate, 1, context_id=context_id)
