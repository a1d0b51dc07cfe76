"""The frames that our processors exchange, beside Pipecat's own.

UtteranceSoFarFrame, UserTurnFrame ──► IntentFrame, PassagesFrame ──► AnswerStartFrame + LLM frames
StateManager ──►  HoldSpeechFrame, ReleaseSpeechFrame, ResumeSpeechFrame            ──► SpeechHold
StateManager ◄──  SpeechStartedFrame, SpeechFinishedFrame, SpeechCutFrame           ◄── SpeechHold
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pipecat.frames.frames import (
    ControlFrame,
    InterimTranscriptionFrame,
    SystemFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext

from rag_index.intents import IntentResult
from rag_index.passages import Hit

Citation = Mapping[str, Any]


@dataclass
class PartialSegmentFrame(InterimTranscriptionFrame):
    """A partial transcript of a segment of the turn; replaces earlier ones of that segment."""

    segment: int = 0


@dataclass
class FinalSegmentFrame(TranscriptionFrame):
    """The final transcript of a segment of the turn, until the caller goes on within it."""

    segment: int = 0


@dataclass
class UtteranceSoFarFrame(ControlFrame):
    """What the caller has said of a turn that may go on: intent and retrieval work ahead on it."""

    text: str
    about: str | None = None


@dataclass
class UserTurnFrame(ControlFrame):
    """The caller's turn is over. `about`: the last answered question, for follow-ups."""

    turn: int
    text: str
    about: str | None = None
    messages: Sequence[Mapping[str, str]] = ()


@dataclass
class IntentFrame(ControlFrame):
    """What the caller wants; None where it could not be told."""

    turn: int
    result: IntentResult | None


@dataclass
class PassagesFrame(ControlFrame):
    """What the documents have on it, best first. `embedding`: float32, shape (384,)."""

    turn: int
    hits: Sequence[Hit]
    embedding: np.ndarray | None


@dataclass
class AnswerStartFrame(ControlFrame):
    """All speech that follows, up to the next such frame, belongs to `turn`."""

    turn: int
    citations: Sequence[Citation] = ()
    then_hang_up: bool = False
    then_ask: str = ""  # said after what the language model says


@dataclass
class CitationsFrame(ControlFrame):
    """The passages that the answer of `turn` really uses."""

    citations: Sequence[Citation] = ()


@dataclass
class TransferFrame(SystemFrame):
    """Hand the caller over to a person. A door that can't lets it pass: the words were said."""

    turn: int
    reason: str
    summary: str


@dataclass
class CertainlySpeakingFrame(VADUserStartedSpeakingFrame):
    """Somebody else's ears say that the caller speaks: it needs no telling apart from a cough."""


@dataclass
class PlaybackFrame(SystemFrame):
    """What the caller has really heard of the current reply.

    seconds: of it from its first sample; or, if `unheard`, of what was sent and not heard yet.
    """

    seconds: float
    unheard: bool = False


@dataclass
class HoldSpeechFrame(SystemFrame):
    """Pause the bot's audio where it is; nothing is dropped."""


@dataclass
class ReleaseSpeechFrame(SystemFrame):
    """Go on after a HoldSpeechFrame."""


@dataclass
class ResumeSpeechFrame(SystemFrame):
    """Go on with the reply of `turn` after it was cut by an interruption."""

    turn: int


@dataclass
class SpeechStartedFrame(SystemFrame):
    """The first audio of the reply of `turn` left. `at`: when it reached the hold, in seconds."""

    turn: int
    at: float


@dataclass
class SpeechPieceFrame(SystemFrame):
    """The next piece of the reply of `turn` begins to be heard."""

    turn: int
    text: str


@dataclass
class SpeechFinishedFrame(SystemFrame):
    """The last audio of the reply of `turn` was heard; `heard` is all of its words."""

    turn: int
    heard: str
    hang_up: bool = False


@dataclass
class SpeechCutFrame(SystemFrame):
    """An interruption arrived at the hold; `heard` are the words the caller heard before."""

    turn: int | None
    heard: str


@dataclass(frozen=True)
class Evidence:
    """What the documents have on a question, as retrieval found it."""

    question: str
    hits: Sequence[Hit]
    embedding: np.ndarray | None = None
    about: str | None = None


class GroundedContext(LLMContext):
    """A context that also carries the evidence, for answerers that quote instead of generating."""

    def __init__(self, *, turn: int, evidence: Evidence, messages: list[Any]) -> None:
        super().__init__(messages=messages)
        self.turn = turn
        self.evidence = evidence
