"""A spoken question is answered in the silence behind it, by the models that calls have."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from pipecat.turns.user_turn_processor import UserTurnProcessor

from benchmarks.voices import as_recording, hibari
from bot.engine import Engine
from bot.pipeline import Parts, spoken_parts
from processors.turn_detection import turn_strategies
from tests.end_to_end.conftest import Caller
from transports.recordings import RATE

pytestmark = pytest.mark.slow


class Judge:
    """The turn is over in the last pause, once an answer is held ready."""

    def __init__(self, *, pauses: int = 0) -> None:
        self.counted: list[str] = []
        self._pauses = pauses
        self._counted = asyncio.Event()

    async def __call__(self, audio: np.ndarray, rate: int) -> float:
        self._pauses -= 1
        while self._pauses >= 0 or self.counted[-1:] != ["begun"]:
            self._counted.clear()
            await self._counted.wait()
        return 1.0

    def count(self, name: str, **labels: str) -> None:
        if name == "answers_ahead":
            self.counted.append(labels["outcome"])
            self._counted.set()

    def parts(self, engine: Engine) -> Parts:
        parts = spoken_parts(engine)
        vad, _, *others = parts.ears
        turns = UserTurnProcessor(user_turn_strategies=turn_strategies(self))
        return replace(parts, ears=(vad, turns, *others), count=self.count)


def test_the_answer_is_there_when_the_turn_is_over(call: Caller, engine: Engine):
    """The right one, in full, with its document."""
    judge = Judge()
    question = "What is the phone number of the housing office?"
    heard = call(as_recording(hibari(question)), parts=judge.parts(engine))
    assert judge.counted == ["begun", "used"]
    assert heard.says("555-0163"), heard.reply
    assert heard.of("response_ready", segment=0)[-1]["citations"]


def test_a_pause_within_a_question_is_answered_to_nobody(call: Caller, engine: Engine):
    """The first half was answered and thrown away; the caller hears the answer to the whole."""
    judge = Judge(pauses=1)
    pause = np.zeros(3 * RATE, dtype=np.float32)
    halves = "I would like to know", "what the phone number of the housing office is."
    speech = np.concatenate([hibari(halves[0]), pause, hibari(halves[1])])
    heard = call(as_recording(speech), parts=judge.parts(engine))
    assert judge.counted == ["begun", "thrown_away", "begun", "used"]
    assert heard.says("555-0163"), heard.reply
    assert len(heard.of("turn_complete")) == 1
    assert heard.states == ["LISTENING", "THINKING", "SPEAKING", "IDLE"]
    asked = [m["text"] for m in heard.of("transcript", role="user", final=True)]
    assert len(asked) == 1
    answers = [entry for entry in heard.entries if entry["kind"] == "answer"]
    assert len(answers) == 1
