"""What the moves of the state machine ask of the shell: the other half of a `Call`."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversation.actions import Action, Answer, Cut, Resume, Say, Tell
from conversation.announcements import Announcements
from conversation.desk import Desk
from conversation.ledger import Ledgers
from conversation.machine import Action as Move
from conversation.machine import (
    AnswerTurn,
    Apologise,
    CompleteTurn,
    Conversation,
    CutSpeech,
    Rejected,
    ResumeSpeech,
    Transition,
)
from conversation.memory import Memory
from conversation.telling import completed, moved, record, rejected


@dataclass
class Following:
    """Turns moves into actions. All times are seconds on one monotonic clock."""

    tell: Announcements
    apology: str
    conversation: Conversation
    memory: Memory
    desk: Desk
    ledgers: Ledgers
    ordered: bool = False  # speech was ordered and not heard yet
    cutting: bool = False  # speech was cut and the hold has not said so yet

    def say(self, turn: int, text: str) -> list[Action]:
        """Words of our own for `turn`."""
        self.ordered = True
        return [Say(turn, text)]

    def all(self, moves: Sequence[Move], *, now: float, entered: float | None) -> list[Action]:
        """What the moves ask for, in order. entered: when what caused them entered, if not now."""
        return [action for move in moves for action in self._one(move, now, entered)]

    def _one(self, move: Move, now: float, entered: float | None) -> list[Action]:
        match move:
            case Transition():
                latency_ms = (now - (move.at if entered is None else entered)) * 1000
                return moved(self.tell, move, latency_ms=latency_ms)
            case AnswerTurn():
                return self._answer(move)
            case CutSpeech():
                if self.conversation.goes_on:
                    self.memory.drop(move.turn)
                    self.desk.drop(move.turn)
                self.cutting = True
                return [Cut()]
            case ResumeSpeech():
                return [Resume(move.turn)]
            case Apologise():
                self.desk.drop(move.turn)
                return self.say(self.conversation.turn, self.apology)
            case CompleteTurn():
                return completed(self.tell, move, self.ledgers.end(move.turn))
            case Rejected():
                return [rejected(move)]

    def _answer(self, move: AnswerTurn) -> list[Action]:
        about, messages = self.memory.about, tuple(self.memory.messages())
        self.memory.asked(move.turn, move.utterance)
        self.ordered = True
        return [
            record(self.tell, "transcript", turn=move.turn, text=move.utterance),
            Tell(self.tell.transcript("user", move.utterance, final=True)),
            Answer(move.turn, move.utterance, about, messages),
        ]
