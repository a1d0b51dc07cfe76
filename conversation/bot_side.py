"""The bot's side of a call: what is said, begins to be heard, was heard, was cut or failed."""

from abc import abstractmethod
from dataclasses import dataclass
from math import inf

from conversation.actions import Action, Say, Tell
from conversation.connection import Connection
from conversation.guessing import Guessing
from conversation.moves import Action as Move
from conversation.states import Event, State


@dataclass
class BotSide(Connection):
    """All times are seconds on one monotonic clock.

    answers_ahead: whether answers are made before the turn is surely over.
    """

    answers_ahead: bool = False
    _saying: str = ""  # the piece of ours that is being heard
    _spoke_at: float = -inf  # when the last reply began to be heard

    def __post_init__(self) -> None:
        super().__post_init__()
        self._guessing = Guessing(self.answers_ahead, self.ledgers)

    def speech_started(self, turn: int, *, entered: float, now: float) -> list[Action]:
        """The first audio of the reply of `turn` left; it had been made at `entered`."""
        self._following.begun(turn)
        self._spoke_at = now
        self.ledgers.of(turn).mark("audio_out", now=now)
        moves = self.conversation.handle(Event.SPEECH_STARTED, now=now, turn=turn)
        begun = self.desk.begun(turn, self.tell)
        return [*self._follow(moves, now, entered=entered), *begun]

    def speaking(self, text: str) -> list[Action]:
        """The next piece of the reply begins to be heard."""
        self._saying = text
        return [Tell(self.tell.transcript("agent", text, final=False))]

    def speech_finished(self, turn: int, heard: str, *, now: float) -> list[Action]:
        """The reply of `turn` was heard to its end; without words there was none."""
        self._following.begun()
        if not heard and self.conversation.state is not State.SPEAKING:
            return self.failed(turn=turn, now=now)
        heard = self.keeping.whole(turn, heard) if heard else ""
        self.keeping.finished()
        said = Tell(self.tell.transcript("agent", heard, final=True))
        kept = [*self._following.remember(turn, heard), said] if heard else []
        done = self.desk.heard(turn, self.tell, self.memory)
        moves = self.conversation.speech_finished(now=now, turn=turn)
        return [*kept, *done, *self._follow(moves, now)]

    def speech_cut(self, turn: int | None, heard: str, *, now: float) -> list[Action]:
        """The audio has stopped; the caller had heard `heard` of the reply of `turn`."""
        actions = self._following.cut(turn, heard)
        if self.conversation.state is State.INTERRUPT:
            actions += self._follow(self.conversation.handle(Event.BUFFERS_RESET, now=now), now)
        return actions + self._maybe_turn_over(now)

    def failed(self, *, now: float, turn: int | None = None) -> list[Action]:
        """The answer can't be made or spoken."""
        if dropped := self._guessing.failed():
            return dropped
        if self._following.cutting and self.conversation.apologising:
            return []  # still about the answer that was given up, not about the apology
        turn = self.conversation.turn if turn is None else turn
        return self._follow(self.conversation.failed(now=now, turn=turn), now)

    def delivered(self, key: str, *, ok: bool) -> list[Action]:
        """A Post has come to its end; the caller is told once nobody speaks."""
        self.desk.posting.delivered(key, ok)
        self.keeping.due = True
        return self._following.outcome()

    def answerable(self, turn: int, text: str, *, sure: bool, now: float) -> list[Action]:
        """Whether there is an answer to what the caller has said, if that was all, is known."""
        self._guessing.found(turn, text, sure=sure)
        return self._maybe_turn_over(now)

    def announce(self, text: str, *, then_hang_up: bool = False) -> list[Action]:
        """Words of our own are said now; an answer that was made for later is not."""
        return [*self._guessing.drop(), Say(self.conversation.turn, text, then_hang_up)]

    def leaving(self) -> list[Action]:
        self._guessing.forget()
        return super().leaving()

    @abstractmethod
    def _follow(
        self, moves: list[Move], now: float, *, entered: float | None = None
    ) -> list[Action]: ...

    @abstractmethod
    def _maybe_turn_over(self, now: float) -> list[Action]: ...
