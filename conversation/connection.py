"""How a call's connection begins, and how it ends: with the call, or for another to go on with it.

connected ─┬─ new ──────────► the greeting
           └─ taken up ─────► what it was cut in: see `going_on`
leaving ──► "one moment" ──► disconnected ──► the context stays as it was before, unless the
                                              caller says something more
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conversation.actions import Action, Cut, Leave, Say, Tell
from conversation.announcements import Announcements
from conversation.controlling import Order
from conversation.desk import Desk
from conversation.ending import DRAINING, GOES_ON, RESUMABLE
from conversation.following import Following
from conversation.going_on import go_on
from conversation.keeping import Keeping, conversation_of, memory_of
from conversation.ledger import Ledgers
from conversation.machine import Conversation
from conversation.memory import Memory
from conversation.moves import Action as Move
from conversation.states import Event, State
from conversation.telling import used


@dataclass
class Connection(ABC):
    """One connection of a session. All times are seconds on one monotonic clock.

    kept: the context that the session is taken up with. resumed: whether it was there before.
    """

    tell: Announcements
    greeting: str = ""
    apology: str = ""
    goodbye: str = ""
    one_moment: str = ""
    sample_rate: int = 24000  # of the audio we send
    resume_token: str = ""  # of a session that can be resumed
    language: str = "en"
    resumed: bool = False
    kept: Mapping[str, Any] | None = None
    conversation: Conversation = field(default_factory=Conversation)
    memory: Memory = field(default_factory=Memory)
    desk: Desk = field(default_factory=Desk)
    ledgers: Ledgers = field(default_factory=Ledgers)

    def __post_init__(self) -> None:
        if self.kept:
            self.resumed = True
            self.language = str(self.kept.get("language", self.language))
            self.conversation, self.memory = conversation_of(self.kept), memory_of(self.kept)
        self.keeping = Keeping(
            self.tell, self.conversation, self.memory, self.desk, language=self.language
        )
        if self.kept:
            self.keeping.take_up(self.kept)
        self._following = Following(
            self.tell, self.apology, self.goodbye, self.keeping, self.ledgers
        )

    def connected(self, *, now: float) -> list[Action]:
        """A client is there: greets it, or goes on with what the session was cut in."""
        conversation, resumed = self.conversation, self.resumed
        started = self.tell.session_started(
            conversation.state,
            conversation.turn,
            sample_rate=self.sample_rate,
            token=self.resume_token,
            resumed=resumed,
        )
        moves = conversation.handle(Event.CONNECTED, now=now)
        self._following.connected = True
        if resumed:
            moved, said = go_on(self._following, now=now)
            return [
                Tell(started),
                *said,
                *self._follow([*moves, *moved], now),
                *self.desk.posting.again(),
            ]
        said = self._following.say(conversation.turn, self.greeting) if self.greeting else []
        return [Tell(started), *self._follow(moves, now), *said]

    def order(self, order: Order) -> list[Action]:
        """Somebody wants something said: it is, once nobody speaks."""
        return self._following.order(order)

    def leaving(self) -> list[Action]:
        """The session is to go on elsewhere: says so, unless something else is being said."""
        self._following.ends = DRAINING
        self.keeping.ends(self._following.ends)
        if self.conversation.state is State.SPEAKING:
            return [Leave()]
        self.desk.drop(self.conversation.turn)
        self._following.cutting = self._following.aside = True
        return [Cut(), Say(self.conversation.turn, self.one_moment, then_hang_up=True)]

    def disconnected(self, *, now: float, reason: str | None = None) -> list[Action]:
        """The client is gone, or will be. reason: if the call itself doesn't know it."""
        reason = reason or self._following.ends
        reply, goes_on = self.keeping.reply, reason in GOES_ON
        heard = (
            self._following.remember(reply.turn, reply.heard)
            if goes_on and reply and reply.heard
            else []
        )
        self.keeping.ends(reason)
        moves = self.conversation.handle(Event.DISCONNECTED, now=now)
        closing = [*self.desk.closed(self.tell), *used(self.tell, self.ledgers.take())]
        self._forget()
        token = self.resume_token if reason in RESUMABLE else ""
        ended = Tell(self.tell.session_ended(reason, token))
        return [*heard, *closing, *self._follow(moves, now), ended]

    def speech_progress(
        self, turn: int, text: str, heard: str, *, then_hang_up: bool = False
    ) -> list[Mapping[str, Any]]:
        """The next piece of the reply of `turn` begins to be heard; gives what is to be kept.

        text: all its words, empty while they are being made; heard: the pieces before.
        """
        if turn == self.conversation.turn:
            self.keeping.speaks(turn, text, heard, then_hang_up=then_hang_up)
        return self.keeping.entries([])

    def entries(self, actions: Sequence[Action]) -> list[Mapping[str, Any]]:
        """What is to be kept in the session's event stream and record, before anything is told."""
        return self.keeping.entries(actions)

    @abstractmethod
    def _follow(self, moves: list[Move], now: float) -> list[Action]: ...

    @abstractmethod
    def _forget(self) -> None: ...
