"""A form that is filled in by talking: asks for one field after another, and reads all of it back.

    ASKING ──all fields──► CONFIRMING ──"yes"──► Filled
      ▲  └─3 tries─► Stuck     │ "no, the day is Friday" ──► CONFIRMING again
      └──── "the phone" ── CHANGING ◄── "no"

A form is a value: each answer makes another one, so a turn that was not over after all costs
nothing to undo. What was said is never lost on the way to a person: `values` goes with the call.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conversation.consenting import (
    begins_with_yes,
    hums,
    leaves,
    says_no,
    says_yes,
    skips,
    wants_it_again,
)
from conversation.fields import Field, Refused, Taken, check, keyed, said
from conversation.turn_taking import words_of

TRIES = 3
_KEYS = re.compile(r"[\d*#]+", re.ASCII)
_CHANGES = re.compile(
    r"\b(no|nope|not|wrong|change|correct|but|except|actually|instead|should be)\b"
)
_CORRECTS = re.compile(
    r"^(?:(?:no|nope|yes|yeah|actually|sorry|wait|oh|um|uh|well|but|and|please|change|correct|"
    r"make (?:it|that)|i meant|i said|it's|it is|it should be|that should be|the)\b[\s,.]*)+",
    re.IGNORECASE,
)
_BECOMES = re.compile(r"^\W*(?:is|should be|was|to|would be|be|it's|not \w+ but)\b[\s,.]*", re.I)


class Step(StrEnum):
    """What the caller was asked last."""

    ASKING = "asking"  # for the value of a field
    CONFIRMING = "confirming"  # whether all is right
    CHANGING = "changing"  # what is wrong


@dataclass(frozen=True)
class Ask:
    """Say this, and hand the next turn's words to the form."""

    text: str


@dataclass(frozen=True)
class Filled:
    """The caller has agreed to all values."""


@dataclass(frozen=True)
class Left:
    """The caller has dropped the matter."""


@dataclass(frozen=True)
class Stuck:
    """It can't be understood: offer a person."""

    why: str


Outcome = Ask | Filled | Left | Stuck


@dataclass(frozen=True)
class Form:
    """How far a form has come. `at`: the place of the field that is asked for."""

    fields: tuple[Field, ...]
    at: int = 0
    step: Step = Step.ASKING
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    failed: int = 0  # answers in a row that could not be used
    correcting: bool = False  # all were asked for once: back to the read-back after this field

    @property
    def asked(self) -> Field:
        """The field that is asked for."""
        return self.fields[self.at]

    @property
    def question(self) -> str:
        """What the caller is asked now, in full."""
        match self.step:
            case Step.ASKING:
                return self.asked.question
            case Step.CONFIRMING:
                return f"{self.read_back()} Is that right?"
            case Step.CHANGING:
                return "What should I change?"

    @property
    def short_question(self) -> str:
        """The same after something else was talked about."""
        reading = self.step is Step.CONFIRMING
        return "So, is what I read back to you right?" if reading else self.question

    def read_back(self) -> str:
        """All values in words."""
        parts = [
            f"{f.called[:1].upper()}{f.called[1:]}: {said(f, self.values[f.name])}."
            for f in self.fields
            if f.name in self.values
        ]
        return " ".join(["Let me read that back.", *parts])

    def answer(self, text: str, today: Any) -> tuple["Form", Outcome]:
        """The caller said `text`, or pressed keys: words that are nothing but 0-9, * and #.

        today: a datetime, from which dates are reckoned.
        """
        if keys := _KEYS.fullmatch(text.strip()):
            return self.digits(keys[0], today)
        if leaves(text):
            return self, Left()
        if wants_it_again(text):
            return self, Ask(self.question)
        if hums(text):
            return self, Ask(self.short_question)
        match self.step:
            case Step.ASKING:
                return self._answered(text, check(self.asked, text, today))
            case Step.CONFIRMING:
                return self._confirmed(text, today)
            case Step.CHANGING:
                return self._corrected(text, today)

    def digits(self, keys: str, today: Any) -> tuple["Form", Outcome]:
        """The caller pressed keys: a value; at the read-back 1 is yes and 2 no; * asks again."""
        if keys.strip("#") == "*":
            return self, Ask(self.question)
        if self.step is Step.ASKING:
            return self._answered("", keyed(self.asked, keys, today))
        return self.answer({"1": "yes", "2": "no"}.get(keys.strip("#"), "?"), today)

    def takes(self, text: str, today: Any) -> bool:
        """Whether `text` is an answer to what is asked, so that it is no other request."""
        if _KEYS.fullmatch(text.strip()) or leaves(text) or wants_it_again(text) or hums(text):
            return True
        if self.step is Step.ASKING:
            skipped = self.asked.optional and skips(text)
            return skipped or isinstance(check(self.asked, text, today), Taken)
        return says_yes(text) or says_no(text) or self._found(text, today)[0] is not None

    def again(self) -> "Form":
        """The same with all tries left."""
        return replace(self, failed=0)

    def _answered(self, text: str, result: Taken | Refused) -> tuple["Form", Outcome]:
        if self.asked.optional and skips(text):
            return self._next({k: v for k, v in self.values.items() if k != self.asked.name})
        if isinstance(result, Taken):
            return self._next({**self.values, self.asked.name: result.value})
        if self.failed + 1 < TRIES:
            return self._once_more(f"{result.why} {self.asked.question}")
        if self.asked.optional:
            return self._next(self.values)
        return replace(self, failed=TRIES), Stuck("I'm sorry, I can't get that right.")

    def _next(self, values: Mapping[str, str]) -> tuple["Form", Outcome]:
        at = self.at + 1
        form = replace(self, values=values, failed=0)
        if self.correcting or at == len(self.fields):
            form = replace(form, step=Step.CONFIRMING, correcting=True)
            return form, Ask(form.question)
        form = replace(form, at=at)
        return form, Ask(form.asked.prompt)

    def _confirmed(self, text: str, today: Any) -> tuple["Form", Outcome]:
        if says_yes(text):
            return self, Filled()
        if says_no(text):
            return self._change()
        if self._found(text, today)[0] is None:
            if begins_with_yes(text) and not _CHANGES.search(text.lower()):
                return self, Filled()
            if not _CHANGES.search(text.lower()):
                return self._unclear("Please say yes if all of that is right, or what is wrong.")
        return self._corrected(text, today)

    def _corrected(self, text: str, today: Any) -> tuple["Form", Outcome]:
        if says_no(text) and self.step is Step.CHANGING:  # "nothing is wrong" after all
            form = replace(self, step=Step.CONFIRMING, failed=0)
            return form, Ask(form.question)
        at, value = self._found(text, today)
        if at is None:
            return self._change() if self.step is Step.CONFIRMING else self._unclear(self._which())
        if value is None:
            form = replace(self, at=at, step=Step.ASKING, failed=0)
            return form, Ask(form.asked.question)
        values = {**self.values, self.fields[at].name: value}
        form = replace(self, values=values, step=Step.CONFIRMING, failed=0)
        changed = f"{self.fields[at].called}: {said(self.fields[at], value)}."
        return form, Ask(f"{changed[:1].upper()}{changed[1:]} Is everything right now?")

    def _found(self, text: str, today: Any) -> tuple[int | None, str | None]:
        """Which field a correction is about, and its new value if that was said too."""
        for at, asked in enumerate(self.fields):
            name = re.search(rf"\b{re.escape(asked.called.lower())}\b", text.lower())
            if name:
                rest = _BECOMES.sub("", text[name.end() :])
                result = check(asked, rest, today) if words_of(rest) else None
                return at, result.value if isinstance(result, Taken) else None
        rest = _CORRECTS.sub("", text)
        strict = [(at, check(f, rest, today)) for at, f in enumerate(self.fields) if not f.free]
        fits = [(at, result.value) for at, result in strict if isinstance(result, Taken)]
        return fits[0] if len(fits) == 1 else (None, None)

    def _change(self) -> tuple["Form", Outcome]:
        return replace(self, step=Step.CHANGING, failed=0), Ask(self._which())

    def _which(self) -> str:
        *others, last = [f"the {f.called}" for f in self.fields]
        return (
            f"What should I change: {', '.join(others)} or {last}?"
            if others
            else f"So, what is {last}?"
        )

    def _unclear(self, question: str) -> tuple["Form", Outcome]:
        if self.failed + 1 < TRIES:
            return self._once_more(question)
        return replace(self, failed=TRIES), Stuck("I'm sorry, I don't understand.")

    def _once_more(self, question: str) -> tuple["Form", Outcome]:
        return replace(self, failed=self.failed + 1), Ask(question)
