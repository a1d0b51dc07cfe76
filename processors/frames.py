"""The frames that our processors exchange, beside Pipecat's own; `ahead_frames` has the others.

UserTurnFrame ──► IntentFrame, PassagesFrame ──► AnswerStartFrame + LLM frames
StateManager ──►  HoldSpeechFrame, ReleaseSpeechFrame, ResumeSpeechFrame            ──► SpeechHold
StateManager ◄──  SpeechStarted-, SpeechPiece-, SpeechFinished-, SpeechCutFrame    ◄── SpeechHold
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pipecat.frames.frames import (
    ControlFrame,
    Frame,
    InterimTranscriptionFrame,
    LLMTextFrame,
    SystemFrame,
    TranscriptionFrame,
    UserStartedSpeakingFrame,
    UserStoppedSpeakingFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.utils.time import time_now_iso8601

from conversation.controlling import Order
from rag_index.intents import IntentResult
from rag_index.passages import Hit
from rag_index.quoting import GroundedAnswer

Citation = Mapping[str, Any]


@dataclass
class PartialSegmentFrame(InterimTranscriptionFrame):
    """A partial transcript of a segment of the turn; replaces earlier ones of that segment.

    segment: None where nobody numbers them. lull: a silence has begun, and this is all before it.
    """

    segment: int | None = 0
    lull: bool = False


@dataclass
class FinalSegmentFrame(TranscriptionFrame):
    """The final transcript of a segment of the turn, until the caller goes on within it."""

    segment: int = 0


@dataclass
class UserTurnFrame(ControlFrame):
    """The caller's turn is over. `about`: the last answered question, for follow-ups; `heard`: of
    an answer to it that was cut, before another worker took the session up; `stands`: the answer
    to the PossibleTurnFrame before is the answer to this."""

    turn: int
    text: str
    about: str | None = None
    messages: Sequence[Mapping[str, str]] = ()
    heard: str = ""
    stands: bool = False


@dataclass
class IntentFrame(ControlFrame):
    """What the caller wants; None where it could not be told. `ahead`: the turn may go on."""

    turn: int
    result: IntentResult | None
    ahead: bool = False


@dataclass
class PassagesFrame(ControlFrame):
    """What the documents have on it, best first. `embedding`: float32, shape (384,).

    answer: what they say, if that was read while the caller still spoke. ahead: it may go on."""

    turn: int
    hits: Sequence[Hit]
    embedding: np.ndarray | None
    answer: GroundedAnswer | None = None
    ahead: bool = False


@dataclass
class Script:
    """The words of one reply as they are made; `whole` once there will be no more."""

    text: str = ""
    whole: bool = False


@dataclass
class AnswerStartFrame(ControlFrame):
    """All speech that follows, up to the next such frame, belongs to `turn`.

    heard: of an earlier answer to the turn; left out where this one begins with it. script: its
    words, filled in as they pass on. ahead: its number if it is kept back until TurnConfirmedFrame.
    """

    turn: int
    citations: Sequence[Citation] = ()
    then_hang_up: bool = False
    asked: bool = False  # of a language model
    then_ask: str = ""  # said after what the language model says
    heard: str = ""
    script: Script = field(default_factory=Script)
    ahead: int = 0


@dataclass
class SentenceFrame(LLMTextFrame):
    """A whole sentence of an answer: it can be spoken at once."""


@dataclass
class AnnounceFrame(ControlFrame):
    """Say these words of our own, as soon as nothing else is being said."""

    text: str
    then_hang_up: bool = False


@dataclass
class CitationsFrame(ControlFrame):
    """The passages that the answer really uses. confidence: that they answer, 0 to 1, if known."""

    citations: Sequence[Citation] = ()
    confidence: float | None = None


@dataclass
class OrderFrame(SystemFrame):
    """Somebody outside wants something said, or the call to end."""

    order: Order


@dataclass
class ReportedSpeakingFrame(SystemFrame):
    """Somebody outside says that the caller speaks; the ears of the call go on by themselves."""


@dataclass
class SpokenWordFrame(ControlFrame):
    """A voice tells when a word begins. `at`: seconds from the first sample of its sentence."""

    word: str
    at: float


@dataclass
class LeavingFrame(SystemFrame):
    """The session is to go on in another worker: say so if need be, and end."""


@dataclass
class TransferFrame(SystemFrame):
    """Hand the caller over to a person. A door that can't lets it pass: the words were said."""

    turn: int
    reason: str
    summary: str


@dataclass
class CertainlySpeakingFrame(VADUserStartedSpeakingFrame):
    """Somebody else's ears say that the caller speaks: it needs no telling apart from a cough."""


def whole_turn(words: str) -> tuple[Frame, ...]:
    """A turn that came at once, without a voice. The words last: system frames overtake them."""
    return (
        CertainlySpeakingFrame(),
        UserStartedSpeakingFrame(),
        VADUserStoppedSpeakingFrame(stop_secs=0.0),
        UserStoppedSpeakingFrame(),
        TranscriptionFrame(words, "", time_now_iso8601(), finalized=True),
    )


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
class UnsaySpeechFrame(ControlFrame):
    """Drop the last `seconds` of audio of the reply, as far as they were not let out yet."""

    seconds: float


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


@dataclass
class SpeechCutFrame(SystemFrame):
    """An interruption arrived at the hold; `heard` are the words the caller heard before."""

    turn: int | None
    heard: str
