"""What the state machine asks for: its answers to an event, in order."""

from dataclasses import dataclass

from conversation.states import Event, State


@dataclass(frozen=True)
class Transition:
    """The conversation moved. The first action of every move."""

    turn: int
    source: State
    target: State
    event: Event
    at: float


@dataclass(frozen=True)
class Rejected:
    """An event that no caller can cause came: log it, count it, go on."""

    turn: int
    state: State
    event: Event


@dataclass(frozen=True)
class TurnOpened:
    """The caller takes a turn while they have the floor already: a new number, and no move."""

    turn: int


@dataclass(frozen=True)
class Failing:
    """The answer of `turn` can't be made, or not to its end: the turn will end as failed."""

    turn: int


@dataclass(frozen=True)
class AnswerTurn:
    """Find and speak an answer to `utterance`. joined: the last turn's words are part of it."""

    turn: int
    utterance: str
    joined: bool = False


@dataclass(frozen=True)
class CutSpeech:
    """Stop LLM, TTS and audio; in INTERRUPT, report BUFFERS_RESET then."""

    turn: int


@dataclass(frozen=True)
class ResumeSpeech:
    """Go on with the reply of `turn` from where it was cut."""

    turn: int


@dataclass(frozen=True)
class Apologise:
    """Say that the answer failed, if speech can still be made."""

    turn: int


@dataclass(frozen=True)
class CompleteTurn:
    """Nothing more will be said for `turn`."""

    turn: int
    interrupted: bool = False
    failed: bool = False


Action = (
    Transition
    | Rejected
    | TurnOpened
    | Failing
    | AnswerTurn
    | CutSpeech
    | ResumeSpeech
    | Apologise
    | CompleteTurn
)
