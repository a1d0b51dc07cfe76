"""What callers may want: intents.yaml, read and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from rag_index.collect_field import CollectField, pattern_problem

DEFAULT = Path(__file__).with_name("default_intents.yaml")
Action = Literal["answer", "reply", "transfer", "hang_up", "repeat", "collect"]


class IntentsFileError(ValueError):
    """What is wrong with intents.yaml: one line with file, line and column."""


class Intent(BaseModel):
    """One thing a caller may want, how it is said, and what is done about it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    description: str = ""
    patterns: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    action: Action = "answer"
    reply: str | None = None
    offer: str | None = None
    reason: str | None = None
    fields: tuple[CollectField, ...] = Field(default=(), max_length=20)
    webhook: str | None = None

    @field_validator("patterns")
    @classmethod
    def _compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        if problem := next(filter(None, map(pattern_problem, patterns)), None):
            raise ValueError(problem)
        return patterns

    @model_validator(mode="after")
    def _complete(self) -> Intent:
        if self.action == "reply" and not self.reply:
            raise ValueError("action: reply needs a reply")
        if self.action == "collect" and not self.fields:
            raise ValueError("action: collect needs fields")
        names = [f.name for f in self.fields]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise ValueError(f"the field {twice} is there twice")
        if self.webhook and not re.match(r"https?://[^/?#\s]+", self.webhook, re.IGNORECASE):
            raise ValueError("webhook: use an address that begins with http:// or https://")
        return self


class IntentsFile(BaseModel):
    """The whole of intents.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intents: tuple[Intent, ...] = ()
    out_of_scope: tuple[str, ...] = ()
    sure_from: float = Field(default=0.5, ge=0, le=1)

    @field_validator("intents")
    @classmethod
    def _named_once(cls, intents: tuple[Intent, ...]) -> tuple[Intent, ...]:
        names = [i.name for i in intents]
        if twice := next((n for n in names if names.count(n) > 1), None):
            raise ValueError(f"the intent {twice} is there twice")
        return intents


def load_intents(path: Path) -> list[Intent]:
    """The intents of a file; the usual ones if there is no file. Raises IntentsFileError."""
    return list(read_intents_file(path).intents)


def load_out_of_scope(path: Path) -> list[str]:
    """The file's examples of what is out of scope. Raises IntentsFileError."""
    return list(read_intents_file(path).out_of_scope)


def read_intents_file(path: Path) -> IntentsFile:
    """The file, checked; the usual intents of any help desk if there is none. Raises IntentsFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return read_intents_file(DEFAULT)
    except OSError as error:
        raise IntentsFileError(f"{path}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        column = error.start - error.object.rfind(b"\n", 0, error.start)
        raise IntentsFileError(
            f"{path}:{line}:{column}: is not UTF-8 text; save it as UTF-8."
        ) from error
    try:
        tree = yaml.compose(text, Loader=yaml.CSafeLoader)
        content: Any = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        raise IntentsFileError(
            f"{path}:{place}: is not YAML: {error.problem or error.context}."
        ) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise IntentsFileError(
            f"{path}:1:1: is not YAML: {' '.join(str(error).split())}"
        ) from error
    if content is None:
        return IntentsFile()
    try:
        return IntentsFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        line, column = _mark(tree, first["loc"])
        where = ".".join(str(p) for p in first["loc"]) or "the file"
        message = first["msg"].removeprefix("Value error, ")
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise IntentsFileError(f"{path}:{line}:{column}: {where}: {message}.{more}") from error


def _mark(node: yaml.Node | None, location: Sequence[int | str]) -> tuple[int, int]:
    """Line and column, from 1, of what pydantic complains about, or of what holds it."""
    place = (node.start_mark.line + 1, node.start_mark.column + 1) if node else (1, 1)
    for step in location:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
        elif isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                break
            node = pair[1]
            place = _place(pair[0])
            continue
        else:
            break
        place = _place(node)
    return place


def _place(node: yaml.Node | None) -> tuple[int, int]:
    mark = node.start_mark if node else None
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
