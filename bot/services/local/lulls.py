"""When the caller speaks: Pipecat's rules over a model that all calls share; and since when not.

voice ──► STOPPING, lull 0.02 s, 0.04 s … ──┬─ voice again: lull 0 s, the next number
                                            └─ stop_secs: VADUserStoppedSpeakingFrame
"""

import asyncio
from dataclasses import dataclass

import numpy as np
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

from bot.services.local.silero import RATE, WINDOW, Ear, Silero

_BYTES = 2 * WINDOW
_INAUDIBLE = 8  # of 32768, -72 dB of full scale

LULL_SECONDS = 0.08  # without voice: the caller may have finished


@dataclass(frozen=True)
class Lull:
    """The caller's voice has been gone for `seconds`. Another lull has another number."""

    number: int = 0
    seconds: float = 0.0


class LullVAD(SileroVADAnalyzer):
    """Pipecat's analyzer, and `lull`: how long no voice was heard up to now.

    Any voice is one, however quiet; in silence none is looked for.
    """

    def __init__(self, model: Silero, params: VADParams) -> None:
        VADAnalyzer.__init__(self, params=params)  # SileroVADAnalyzer's loads a model
        self._silero = model
        self._hearing = self._model = Ear()  # type: ignore[assignment]
        self._windows_since_reset = self._low_confidence_windows = 0
        self._confidence = 0.0
        self._rest = b""
        self._in_order = asyncio.Lock()
        self.lull = Lull()

    def set_sample_rate(self, sample_rate: int) -> None:
        """Raises ValueError for any other than 16000 Hz, which transports convert to."""
        if sample_rate != RATE:
            raise ValueError(f"the shared model hears {RATE} Hz, not {sample_rate}")
        super().set_sample_rate(sample_rate)

    async def analyze_audio(self, buffer: bytes) -> VADState:
        async with self._in_order:
            self._rest += buffer
            while len(self._rest) >= _BYTES:
                window, self._rest = self._rest[:_BYTES], self._rest[_BYTES:]
                self._confidence = await self._voice_in(np.frombuffer(window, dtype=np.int16))
                self._maybe_reset_model(self._confidence)
                self._run_analyzer(window)
        state = self._vad_state
        if state is VADState.SPEAKING:
            if self.lull.seconds:
                self.lull = Lull(self.lull.number + 1)
        else:
            self.lull = Lull(self.lull.number, self.lull.seconds + len(buffer) / (2 * RATE))
        return state

    def voice_confidence(self, buffer: bytes) -> float:
        """Of the window that was heard just now."""
        return self._confidence

    async def _voice_in(self, samples: np.ndarray) -> float:
        if _silent(samples) and self._hearing.passes_over(samples):
            return 0.0
        return await self._silero.hear(self._hearing, samples)

    def _get_smoothed_volume(self, audio: bytes) -> float:
        return 1.0  # the model decides; measuring loudness as well took as long as the model


def _silent(samples: np.ndarray) -> bool:
    return int(samples.max()) < _INAUDIBLE and int(samples.min()) > -_INAUDIBLE


@dataclass(frozen=True)
class Hearing:
    """A transcription that was begun in `lull`. `whole`: nothing of the segment is missing."""

    text: asyncio.Future[str]
    lull: Lull
    whole: bool

    def holds_all(self, lull: Lull) -> bool:
        """Whether nothing but silence has come since; `lull` is the present one."""
        return self.whole and self.lull.number == lull.number and self.lull.seconds >= LULL_SECONDS
