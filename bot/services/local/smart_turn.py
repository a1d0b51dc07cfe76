"""Smart Turn v3, shared by all calls of a process: has this speaker finished?"""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

LATELY_SECONDS = 5.0
_KEEPS = 0.7  # of the average from one judgement to the next: a few callers who stop at once pass


class _Model(LocalSmartTurnAnalyzerV3):
    def probability(self, audio: np.ndarray, rate: int) -> float:
        self.set_sample_rate(rate)
        return float(self._predict_endpoint(audio)["probability"])


class SmartTurn:
    """One model and one thread for every session; Pipecat's analyser keeps one of each a call."""

    def __init__(self) -> None:
        self._model = _Model()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="smart-turn")
        self._took, self._at = 0.0, 0.0

    @property
    def seconds(self) -> float:
        """That the last judgements took, with their waiting; 0 if there was none lately."""
        return self._took if time.monotonic() - self._at < LATELY_SECONDS else 0.0

    async def __call__(self, audio: np.ndarray, rate: int) -> float:
        """Probability (0 to 1) that the speaker has finished. audio: float32, -1 to 1.

        30 ms on one core, whatever the audio's length; three times that without VNNI.
        """
        loop, asked = asyncio.get_running_loop(), time.monotonic()
        judged = await loop.run_in_executor(self._thread, self._model.probability, audio, rate)
        now = time.monotonic()
        self._took = _KEEPS * self.seconds + (1 - _KEEPS) * (now - asked)
        self._at = now
        return judged

    def warm(self) -> None:
        """The first call is slow: made before the first caller."""
        self._model.probability(np.zeros(8 * 16000, dtype=np.float32), 16000)
