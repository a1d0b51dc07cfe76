"""What the moves of the state machine ask of the shell: the other half of a `Call`."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from conversation.actions import Action, Answer, Count, Cut, Resume, Say, Tell
from conversation.announcements import Announcements
from conversation.controlling import End, HandOver, Order, Words
from conversation.ending import HUNG_UP
from conversation.keeping import Keeping
from conversation.ledger import Ledgers
from conversation.moves import Action as Move
from conversation.moves import (
    AnswerTurn,
    Apologise,
    CompleteTurn,
    CutSpeech,
    Failing,
    Rejected,
    ResumeSpeech,
    Transition,
    TurnOpened,
)
from conversation.states import State
from conversation.telling import completed, moved, record, rejected

MOST_ORDERS = 10  # that wait until nobody speaks


@dataclass
class Following:
    """Turns moves into actions. All times are seconds on one monotonic clock."""

    tell: Announcements
    apology: str
    goodbye: str
    keeping: Keeping
    ledgers: Ledgers
    ordered: bool = False  # speech was ordered and not heard yet
    cutting: bool = False  # speech was cut and the hold has not said so yet
    connected: bool = False  # somebody is there to be spoken to
    ends: str = HUNG_UP  # why the call ends, once it does
    aside: bool = False  # what is said is "one moment", and no reply
    _began: int | None = None  # the turn whose reply was begun last, on this connection
    _orders: deque[Order] = field(default_factory=deque[Order])
    _on_its_way: Order | None = None  # ordered and not heard yet

    def __post_init__(self) -> None:
        keeping = self.keeping
        self.conversation, self.memory, self.desk = (
            keeping.conversation, keeping.memory, keeping.desk,
        )  # fmt: skip

    def say(self, turn: int, text: str, *, then_hang_up: bool = False) -> list[Action]:
        """Words of our own for `turn`."""
        self.ordered = True
        self.keeping.ordered(turn, text, then_hang_up=then_hang_up)
        return [Say(turn, text, then_hang_up)]

    def order(self, order: Order) -> list[Action]:
        """What somebody wants said, once nobody speaks; of too many, the last are not."""
        if len(self._orders) >= MOST_ORDERS:
            return [Count("orders_dropped", {"order": type(order).__name__})]
        self._orders.append(order)
        return self.outcome()

    def begun(self, turn: int | None = None) -> None:
        """What was ordered begins to be heard, or can't be; turn: whose reply is heard."""
        self.ordered, self._on_its_way = False, None
        self._began = self._began if turn is None else turn

    def take_back(self) -> None:
        """The caller came first: what was not begun is said later."""
        if self._on_its_way:
            self._orders.appendleft(self._on_its_way)
        self.begun()

    def outcome(self) -> list[Action]:
        """What is to be said once nobody speaks: what has come of a form, then the orders."""
        if self.ordered or not self.conversation.rests:
            return []
        turn = self.conversation.turn
        if text := self.desk.outcome():
            return self.say(turn, text)
        if not (self.connected and self._orders):
            return []
        self._on_its_way = self._orders.popleft()
        match self._on_its_way:
            case Words(text):
                return self.say(turn, text)
            case HandOver(why):
                return self.say(turn, self.desk.hand_over(turn, why))
            case End(reason):
                self.ends = reason
                return self.say(turn, self.goodbye, then_hang_up=True)

    def remember(self, turn: int, heard: str) -> list[Action]:
        """The caller has heard this much of the reply of `turn`."""
        if not self.aside:
            self.memory.heard(turn, heard)
        return [record(self.tell, "answer", turn=turn, text=heard)]

    def cut(self, turn: int | None, heard: str) -> list[Action]:
        """The audio has stopped; of the reply of `turn`, if there was one, this was heard."""
        self.cutting = False
        if self.conversation.state is not State.SPEAKING:  # it may go on already
            self.keeping.cut()
        if turn is None:
            return []
        heard = self.keeping.whole(turn, heard)
        cleared = Tell(self.tell.clear(heard))
        return [*self.remember(turn, heard), cleared, record(self.tell, "barge_in", turn=turn)]

    def all(self, moves: Sequence[Move], *, now: float, entered: float | None) -> list[Action]:
        """What the moves ask for, in order. entered: when what caused them entered, if not now."""
        return [action for move in moves for action in self._one(move, now, entered)]

    def _one(self, move: Move, now: float, entered: float | None) -> list[Action]:
        match move:
            case Transition():
                latency_ms = (now - (move.at if entered is None else entered)) * 1000
                return moved(self.tell, move, latency_ms=latency_ms)
            case AnswerTurn():
                self.memory.settle(joined=move.joined)
                return self.answer(move.turn, move.utterance)
            case CutSpeech():
                if self.conversation.goes_on:
                    self.memory.set_aside(move.turn)
                    self.desk.drop(move.turn)
                self.cutting = True
                return [Cut()]
            case ResumeSpeech():
                self.memory.settle(joined=False)
                return self._resume(move.turn)
            case Apologise():
                self.desk.drop(move.turn)
                return self.say(self.conversation.turn, self.apology)
            case CompleteTurn():
                return completed(self.tell, move, self.ledgers.end(move.turn), now=now)
            case Rejected():
                return [rejected(move)]
            case TurnOpened():
                return [record(self.tell, "turn", turn=move.turn)]
            case Failing():
                return [record(self.tell, "failure", turn=move.turn)]

    def _resume(self, turn: int) -> list[Action]:
        self.keeping.goes_on()
        reply = self.keeping.reply
        if reply and turn != self._began:  # cut before it went on, after another connection's cut
            return self.say(turn, reply.rest, then_hang_up=reply.then_hang_up)
        return [Resume(turn)]

    def answer(
        self, turn: int, utterance: str, *, again: bool = False, heard: str = ""
    ) -> list[Action]:
        """Has the turn answered. again: its words are known already; heard: as Answer has it."""
        self.aside = False
        self.keeping.said_more()
        if again:
            self.memory.drop(turn)
        about, messages = self.memory.about, tuple(self.memory.messages())
        self.memory.asked(turn, utterance)
        self.ordered = True
        asked = Answer(turn, utterance, about, messages, heard)
        if again:
            return [asked]
        return [
            record(self.tell, "transcript", turn=turn, text=utterance),
            Tell(self.tell.transcript("user", utterance, final=True)),
            asked,
        ]
