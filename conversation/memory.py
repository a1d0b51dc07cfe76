"""What was asked and what was heard: the context of the next answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 12  # exchanges
FOLLOWED = 3  # questions that a question may follow up on, one on the other


@dataclass
class Exchange:
    """One turn: the caller's words, and as much of the reply as the caller heard."""

    turn: int
    user: str
    agent: str = ""


@dataclass
class Memory:
    """The exchanges of a session, oldest first. Only what was really heard is remembered."""

    exchanges: list[Exchange] = field(default_factory=list[Exchange])

    @classmethod
    def replayed(cls, entries: Iterable[Mapping[str, Any]]) -> "Memory":
        """As it was, from the entries of the session's event stream."""
        memory = cls()
        for entry in entries:
            text = entry.get("text", "")
            if entry.get("kind") == "transcript":
                memory.asked(entry["turn"], text)
            elif entry.get("kind") == "answer":
                memory.heard(entry["turn"], text)
        return memory

    def asked(self, turn: int, utterance: str) -> None:
        """The caller's turn is over."""
        self.exchanges = [*self.exchanges[-KEPT + 1 :], Exchange(turn, utterance)]

    def heard(self, turn: int, text: str) -> None:
        """The caller heard `text` as the (first part of the) reply of `turn`."""
        for exchange in self.exchanges:
            if exchange.turn == turn:
                exchange.agent = text
                return
        if text:
            self.exchanges.append(Exchange(turn, "", text))

    def drop(self, turn: int) -> None:
        """The turn was not over after all: its words come again with the next one."""
        self.exchanges = [e for e in self.exchanges if e.turn != turn]

    @property
    def about(self) -> str | None:
        """The last questions that were answered, one a line: a question may follow up on them."""
        answered = [" ".join(e.user.split()) for e in self.exchanges if e.user and e.agent]
        return "\n".join(answered[-FOLLOWED:]) or None

    @property
    def last_reply(self) -> str:
        """The last words the caller heard from us."""
        return next((e.agent for e in reversed(self.exchanges) if e.agent), "")

    def messages(self) -> list[dict[str, str]]:
        """The exchanges as chat messages, for a language model."""
        return [
            {"role": role, "content": text}
            for e in self.exchanges
            for role, text in (("user", e.user), ("assistant", e.agent))
            if text
        ]
