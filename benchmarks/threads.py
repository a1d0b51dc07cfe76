"""How many threads each model should have, when they share the cores in a caller's silence.

python -m benchmarks.threads [--times N]

    silence ─┬─ 80 ms ── Moonshine ── encoder ── judge ── hibari ── first audio
             └─ 200 ms ── Smart Turn ── the turn is over
                                        whichever is later: the caller hears the answer
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3

from benchmarks.voices import hibari
from bot.services.local.hibari import Voice
from bot.services.local.moonshine import Recognizer
from bot.services.local.smart_turn import SmartTurn
from rag_index.encoder import MiniLMEncoder
from rag_index.judge import CrossEncoder

LULL, PAUSE = 0.08, 0.2  # seconds of silence: Moonshine begins, Smart Turn does
QUESTION = "How much is the application fee for graduate programs?"
SENTENCES = [
    "The application fee for graduate programs is seventy dollars, and it is waived for veterans.",
    "Undergraduates pay sixty dollars when they apply, or later if they ask for that in time.",
    "The office for graduate studies is open on weekdays from nine to half past four.",
]
PIECE = "The application fee for graduate programs is seventy dollars,"
COUNTS = (1, 2)


class Models:
    """With so many threads each; Moonshine has no setting."""

    def __init__(self, recognizer: Recognizer, turns: int, judge: int, voice: int) -> None:
        self.recognizer, self.turns = recognizer, SmartTurn()
        analyzer = LocalSmartTurnAnalyzerV3(cpu_count=turns)
        self.turns._model._session = analyzer._session
        self.encoder, self.judge = MiniLMEncoder(), CrossEncoder(threads=judge)
        self.voice = Voice(threads=voice)
        self.thread = ThreadPoolExecutor(max_workers=1)

    async def silence(self, audio: np.ndarray) -> tuple[float, float]:
        """Milliseconds from the silence's begin to the judgement, and to the first audio."""
        began = time.monotonic()
        pcm = (audio * 32767).astype("<i2").tobytes()

        async def at(seconds: float, work: Callable[[], Awaitable[object]]) -> float:
            await asyncio.sleep(seconds)
            await work()
            return (time.monotonic() - began) * 1000

        async def answer() -> None:
            await self.recognizer.transcribe(pcm)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self.thread, self.encoder.encode, [QUESTION])
            await loop.run_in_executor(self.thread, self.judge.weigh, QUESTION, SENTENCES)
            await self.voice.speak(PIECE, Voice.sample_rate)

        judged, spoke = await asyncio.gather(
            at(PAUSE, lambda: self.turns(audio, 16000)), at(LULL, answer)
        )
        return judged, spoke


async def measure(times: int) -> None:
    """One line for each way to share."""
    audio, recognizer = hibari(QUESTION), Recognizer()
    print("| threads: Smart Turn · judge · hibari | turn is over | first audio | the later |")
    print("|---|---|---|---|")
    for counts in product(COUNTS, COUNTS, COUNTS):
        models = Models(recognizer, *counts)
        await models.silence(audio)  # the first run is the slow one
        took = np.array([await models.silence(audio) for _ in range(times)])
        judged, spoke = np.median(took, axis=0)
        later = np.median(took.max(axis=1))
        names = " · ".join(map(str, counts))
        print(f"| {names} | {judged:.0f} ms | {spoke:.0f} ms | {later:.0f} ms |", flush=True)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    asyncio.run(measure(parser.parse_args().times))


if __name__ == "__main__":
    main()
