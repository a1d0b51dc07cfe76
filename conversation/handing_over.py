"""What a person who takes over a call is told about it."""

from collections.abc import Mapping

from conversation.memory import Exchange, Memory

LONGEST = 1200  # characters of a summary; the oldest exchanges go first
_QUOTED = 200  # characters of one question or answer


def summary(memory: Memory, collected: Mapping[str, str]) -> str:
    """What was asked and answered, oldest first, and what the caller gave, one a line."""
    given = [f"{name}: {value}" for name, value in collected.items()]
    talk = [f"Earlier: {memory.earlier}"] if memory.earlier else []
    talk += [line for exchange in memory.exchanges for line in _lines(exchange)]
    while talk and len("\n".join([*talk, *given])) > LONGEST:
        talk.pop(0)
    return "\n".join([*talk, *given])[:LONGEST]


def reason(of_intent: str, said: str) -> str:
    """Why the call is handed over: the intent's own words for it, and the caller's."""
    request = f"The caller said: {_short(said)}" if said.strip() else ""
    return " ".join(filter(None, (of_intent.strip(), request))) or "The caller needs a person."


def _lines(exchange: Exchange) -> list[str]:
    asked = [f"Caller: {_short(exchange.user)}"] if exchange.user else []
    answered = [f"Answer: {_short(exchange.agent)}"] if exchange.agent else []
    return asked + answered


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTED else plain[: _QUOTED - 1] + "\u2026"
