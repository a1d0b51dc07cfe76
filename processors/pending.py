"""What is known of a turn that waits to be answered, and an answer that was begun ahead of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversation.acting import Act, Wanted
from conversation.ahead import stands_in
from conversation.replying import Fixed, Reply
from processors.ahead_frames import PossibleTurnFrame
from processors.frames import IntentFrame, PassagesFrame, UserTurnFrame
from rag_index.passages import Hit


@dataclass
class Pending:
    """A turn, and what was found for it so far."""

    turn: UserTurnFrame | PossibleTurnFrame
    intent: IntentFrame | None = None
    passages: PassagesFrame | None = None

    @property
    def hits(self) -> Sequence[Hit]:
        """The passages, best first."""
        return self.passages.hits if self.passages else ()

    @property
    def wanted(self) -> Wanted | None:
        """What the caller was understood to want."""
        result = self.intent.result if self.intent else None
        if result is None or not result.intent:
            return None
        return Wanted(result.intent, Act(result.action), result.confidence, result.level)

    def answered_by(self, reply: Reply, *, sure_from: float) -> bool:
        """Whether `reply` is sure to answer the words, and no "I don't know"."""
        if isinstance(reply, Fixed):
            return self.wanted is None or self.wanted.sure(sure_from)
        answer = self.passages.answer if self.passages else None
        if answer is None:
            return bool(self.hits)
        return answer.answered


@dataclass
class Made:
    """An answer that was begun before its turn was surely over; the `number`-th."""

    number: int
    asked: UserTurnFrame | PossibleTurnFrame
    reply: Reply
    hits: Sequence[Hit]

    def stands(self, pending: Pending, reply: Reply) -> bool:
        """Whether it is what would be begun now."""
        turn, asked = pending.turn, self.asked
        if not (isinstance(turn, UserTurnFrame) and turn.stands and turn.turn == asked.turn):
            return False
        same = stands_in(asked.text, turn.text) and asked.about == turn.about
        there = isinstance(reply, Fixed) or not pending.passages or pending.hits == self.hits
        return same and there and reply == self.reply
