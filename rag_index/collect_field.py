"""A field of a form, as intents.yaml declares it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import re2
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Kind = Literal["text", "name", "number", "date", "phone", "email", "choice", "pattern"]


class CollectField(BaseModel):
    """One thing to ask the caller for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=60)
    prompt: str = Field(min_length=1, max_length=500)
    type: Kind = "text"
    label: str = Field(default="", max_length=60)
    optional: bool = False
    choices: tuple[str, ...] = Field(default=(), max_length=12)
    pattern: str = ""
    hint: str = Field(default="", max_length=300)
    min: str = ""
    max: str = ""
    region: str = Field(default="US", pattern="^[A-Z]{2}$")

    @field_validator("choices", "min", "max", mode="before")
    @classmethod
    def _as_words(cls, value: Any) -> Any:
        """YAML reads 5 as a number, 2027-05-03 as a day, yes as true."""
        if isinstance(value, list):
            return tuple(_word(v) for v in value)
        return value if value is None else _word(value)

    @model_validator(mode="after")
    def _fits_its_type(self) -> CollectField:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("type: choice and choices need each other")
        if (self.type == "pattern") != bool(self.pattern):
            raise ValueError("type: pattern and pattern need each other")
        if self.pattern and (problem := pattern_problem(self.pattern)):
            raise ValueError(problem)
        for name, bound in (("min", self.min), ("max", self.max)):
            if bound and (problem := _bound_problem(self.type, bound)):
                raise ValueError(f"{name}: {problem}")
        return self


def pattern_problem(pattern: str) -> str | None:
    """Why RE2 can't use the pattern."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        message = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        return f"the pattern {pattern!r} cannot be used: {message}"
    return None


def _word(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _bound_problem(kind: Kind, bound: str) -> str | None:
    try:
        if kind == "number":
            float(bound)
        elif kind == "date":
            _ = bound == "today" or date.fromisoformat(bound)
        else:
            return "only for type: number and type: date"
    except ValueError:
        return "use a number" if kind == "number" else "use today, or a day such as 2027-05-03"
    return None
