"""Silero, which tells of a silence from its first moment on; Pipecat's frame comes at its end."""

from dataclasses import dataclass

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams, VADState


@dataclass(frozen=True)
class Lull:
    """The caller's voice has been gone for `seconds`. Another lull has another number."""

    number: int = 0
    seconds: float = 0.0


class LullVAD(SileroVADAnalyzer):
    """Pipecat's analyzer, and `lull`: how long no voice was heard up to now.

    voice ──► STOPPING, lull 0.02 s, 0.04 s … ──┬─ voice again: lull 0 s, the next number
                                                └─ stop_secs: VADUserStoppedSpeakingFrame
    """

    def __init__(self, params: VADParams) -> None:
        super().__init__(params=params)
        self.lull = Lull()

    async def analyze_audio(self, buffer: bytes) -> VADState:
        state = await super().analyze_audio(buffer)
        if state is VADState.SPEAKING:
            if self.lull.seconds:
                self.lull = Lull(self.lull.number + 1)
        else:
            seconds = len(buffer) / (2 * self.sample_rate)
            self.lull = Lull(self.lull.number, self.lull.seconds + seconds)
        return state
