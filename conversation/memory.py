"""What was asked and what was heard: the context of the next answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 12  # exchanges
LONGEST = 1000  # characters of a question or an answer, where it is kept for another worker
EARLIER = 400  # characters of all that is known of older exchanges
_QUESTION = 80  # characters of one of them
_BETWEEN = " · "
FOLLOWED = 3  # questions that a question may follow up on, one on the other


@dataclass
class Exchange:
    """One turn: the caller's words, and as much of the reply as the caller heard."""

    turn: int
    user: str
    agent: str = ""


@dataclass
class Memory:
    """The exchanges of a session, oldest first. Only what was really heard is remembered.

    earlier: what was asked, and answered, before them, in short.
    """

    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    earlier: str = ""
    _aside: int | None = None  # the turn whose words may come again with the next

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
        exchanges = [*self.exchanges, Exchange(turn, utterance)]
        for exchange in exchanges[:-KEPT]:
            self.earlier = _summed_up(self.earlier, exchange)
        self.exchanges = exchanges[-KEPT:]

    def heard(self, turn: int, text: str) -> None:
        """The caller heard `text` as the (first part of the) reply of `turn`."""
        for exchange in self.exchanges:
            if exchange.turn == turn:
                exchange.agent = text
                return
        if text:
            self.exchanges.append(Exchange(turn, "", text))

    def set_aside(self, turn: int) -> None:
        """The turn seems not to have been over: its words may come again with the next one."""
        self._aside = turn

    def settle(self, *, joined: bool) -> None:
        """Whether the words that were set aside have come again; what was heard stays."""
        if joined:
            self.exchanges = [e for e in self._settled if e.user or e.agent]
        self._aside = None

    def drop(self, turn: int) -> None:
        """The turn is answered again: it leaves no trace of the first time."""
        self.exchanges = [e for e in self.exchanges if e.turn != turn]

    @property
    def _settled(self) -> list[Exchange]:
        """The exchanges without the words that were set aside."""
        of = self.exchanges
        return [e if e.turn != self._aside else Exchange(e.turn, "", e.agent) for e in of]

    @property
    def about(self) -> str | None:
        """The last questions that were answered, one a line: a question may follow up on them."""
        answered = [" ".join(e.user.split()) for e in self._settled if e.user and e.agent]
        return "\n".join(answered[-FOLLOWED:]) or None

    @property
    def last_reply(self) -> str:
        """The last words the caller heard from us."""
        return next((e.agent for e in reversed(self.exchanges) if e.agent), "")

    def messages(self) -> list[dict[str, str]]:
        """The exchanges as chat messages, for a language model; first, what was before them."""
        before = f"Earlier in this call the caller asked: {self.earlier}" if self.earlier else ""
        return [
            *([{"role": "system", "content": before}] if before else []),
            *(
                {"role": role, "content": text}
                for e in self._settled
                for role, text in (("user", e.user), ("assistant", e.agent))
                if text
            ),
        ]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, of bounded size."""
        exchanges = [[e.turn, e.user[:LONGEST], e.agent[:LONGEST]] for e in self._settled[-KEPT:]]
        return {"earlier": self.earlier, "exchanges": exchanges}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "Memory":
        """What `as_dict` gave."""
        exchanges = [
            Exchange(int(t), str(user), str(agent)) for t, user, agent in kept["exchanges"]
        ]
        return cls(exchanges, str(kept["earlier"]))


def _summed_up(earlier: str, exchange: Exchange) -> str:
    if not (exchange.user and exchange.agent):
        return earlier
    question = " ".join(exchange.user.split())
    if len(question) > _QUESTION:
        question = question[: _QUESTION - 1] + "\u2026"
    questions = [*filter(None, earlier.split(_BETWEEN)), question]
    while len(_BETWEEN.join(questions)) > EARLIER:
        questions.pop(0)
    return _BETWEEN.join(questions)
