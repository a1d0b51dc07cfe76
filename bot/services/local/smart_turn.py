"""Smart Turn v3, shared by all calls of a process: has this speaker finished?"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3


class _Model(LocalSmartTurnAnalyzerV3):
    def probability(self, audio: np.ndarray, rate: int) -> float:
        self.set_sample_rate(rate)
        return float(self._predict_endpoint(audio)["probability"])


class SmartTurn:
    """One model and one thread for every session; Pipecat's analyser keeps one of each a call."""

    def __init__(self) -> None:
        self._model = _Model()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smart-turn")

    async def __call__(self, audio: np.ndarray, rate: int) -> float:
        """Probability (0 to 1) that the speaker has finished. audio: float32, -1 to 1.

        110-130 ms on one core, whatever the audio's length.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._model.probability, audio, rate)

    def warm(self) -> None:
        """The first call is slow: made before the first caller."""
        self._model.probability(np.zeros(16000, dtype=np.float32), 16000)
