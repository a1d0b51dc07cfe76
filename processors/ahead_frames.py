"""The frames of work that is done before the caller's turn is surely over.

UtteranceSoFarFrame  ──► intent and retrieval, whose results are kept for the turn
PossibleTurnFrame    ──► intent, retrieval ──► merge ──► LLM ──► TTS ──► SpeechHold, which keeps it
AnswerableFrame      ◄────────────────────────── merge   (whether there is an answer to the words)
UtteranceOverFrame   ◄── the turn is surely over: ears and recogniser begin anew
TurnConfirmedFrame   ──► it is let out
TurnWithdrawnFrame   ──► it is dropped, and whoever still makes it stops

Pipecat's own gate for such answers (SpeculationGate) stands before the voice: there would be no
audio yet when the turn is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipecat.frames.frames import ControlFrame, InterruptionFrame, SystemFrame


@dataclass
class UtteranceSoFarFrame(ControlFrame):
    """What the caller has said of a turn that may go on: intent and retrieval work ahead on it."""

    text: str
    about: str | None = None


@dataclass
class PossibleTurnFrame(ControlFrame):
    """The caller's turn may be over; the fields are as in UserTurnFrame."""

    turn: int
    text: str
    about: str | None = None
    messages: Sequence[Mapping[str, str]] = ()


@dataclass
class UtteranceOverFrame(SystemFrame):
    """What the caller said was taken for a turn, or for none: what comes is not of the same."""


@dataclass
class AnswerableFrame(ControlFrame):
    """What a PossibleTurnFrame asked for was found. sure: it is an answer to the words."""

    turn: int
    text: str
    sure: bool


@dataclass
class TurnConfirmedFrame(SystemFrame):
    """The turn is over, and of what was made ahead the answer with this number is its answer.

    It may overtake that answer, and a withdrawn one may come late: hence the number.
    """

    turn: int
    ahead: int


@dataclass
class TurnWithdrawnFrame(InterruptionFrame):
    """What was made ahead is not wanted. It gets no further than SpeechHold: nobody heard it."""
