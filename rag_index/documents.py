"""Files in, documents out."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

MAX_BYTES = 50_000_000
_FRONT_MATTER = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S
)


class Unreadable(ValueError):
    """A file that cannot be read as what it says it is; the message is one line."""


@dataclass(frozen=True, slots=True)
class Document:
    """A text with a name. pages: where each page starts in `text`, if the format has pages."""

    name: str
    title: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pages: tuple[int, ...] = ()


def read(path: Path, name: str) -> Iterator[Document]:
    """The documents in a file: one, or one a row. Raises Unreadable."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Unreadable(f"{path.suffix or 'no suffix'} is not a format that can be read")
    yield from reader(path, name)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable("is not text, whatever its name says")
    for encoding in (
        "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig",
        "cp1252",
    ):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _markdown(path: Path, name: str) -> Iterator[Document]:
    yield from document_from_markdown(_text(path), name)


def document_from_markdown(text: str, name: str) -> Iterator[Document]:
    """One document; YAML between `---` lines at its top becomes metadata."""
    metadata: dict[str, Any] = {}
    if match := _FRONT_MATTER.match(text):
        try:
            front = yaml.safe_load(match.group(1))
        except yaml.YAMLError:
            front = None
        if isinstance(front, dict):
            metadata = {str(k): v for k, v in front.items()}
            text = text[match.end() :]
    heading = re.search(r"^\s{0,3}#\s+(.+?)\s*#*\s*$", text, re.M)
    title = str(metadata.get("title") or (heading.group(1) if heading else _title_of(name)))
    yield Document(name, title, text, metadata)


def _title_of(name: str) -> str:
    return re.sub(r"[-_]+", " ", Path(name).stem).strip() or name


def _jsonl(path: Path, name: str) -> Iterator[Document]:
    for number, line in enumerate(_text(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise Unreadable(f"line {number} is not JSON: {error.msg}") from error
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise Unreadable(f"line {number} has no text")
        rest = {k: v for k, v in row.items() if k not in ("id", "title", "text")}
        ident = str(row.get("id") or f"{name}#{number}")
        title = str(row.get("title") or "").replace("_", " ")
        yield Document(ident, title, row["text"], rest)


def _csv(path: Path, name: str) -> Iterator[Document]:
    text = _text(path)
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    yield from rows_to_documents(csv.reader(io.StringIO(text), dialect), name)


def rows_to_documents(rows: Iterator[list[str]], name: str) -> Iterator[Document]:
    """Question and answer columns make sections; other tables make "column: cell" rows."""
    try:
        header = [h.strip() for h in next(rows, [])]
    except csv.Error as error:
        raise Unreadable(str(error)) from error
    lowered = [h.lower() for h in header]
    question = next(
        (i for i, h in enumerate(lowered) if h.startswith(("question", "frage")) or h == "q"), None
    )
    answer = next((i for i, h in enumerate(lowered) if h.startswith("answer") or h == "a"), None)
    lines: list[str] = []
    for row in rows:
        cells = [re.sub(r"\s+", " ", c).strip() for c in row]
        if not any(cells):
            continue
        if question is not None and answer is not None and len(cells) > max(question, answer):
            lines += [f"## {cells[question]}", "", cells[answer], ""]
        else:
            named = [
                f"{header[i]}: {c}" if i < len(header) and header[i] else c
                for i, c in enumerate(cells)
                if c
            ]
            lines += [", ".join(named) + ".", ""]
    if lines:
        yield Document(name, _title_of(name), "\n".join(lines))


READERS: dict[str, Callable[[Path, str], Iterator[Document]]] = {
    ".md": _markdown,
    ".markdown": _markdown,
    ".txt": _markdown,
    ".jsonl": _jsonl,
    ".csv": _csv,
}
