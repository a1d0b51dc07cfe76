"""What a language model is asked with, for those that quote instead of generating too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pipecat.processors.aggregators.llm_context import LLMContext

from rag_index.passages import Hit
from rag_index.quoting import GroundedAnswer


@dataclass(frozen=True)
class Evidence:
    """What the documents have on a question, as retrieval found it. answer: read already."""

    question: str
    hits: Sequence[Hit]
    embedding: np.ndarray | None = None
    about: str | None = None
    answer: GroundedAnswer | None = None


class GroundedContext(LLMContext):
    """A context that also carries the evidence, for answerers that quote instead of generating.

    goes_on: the beginning of the answer was said, and is in the messages.
    """

    def __init__(
        self, *, turn: int, evidence: Evidence, messages: list[Any], goes_on: bool = False
    ) -> None:
        super().__init__(messages=messages)
        self.turn = turn
        self.evidence = evidence
        self.goes_on = goes_on
