"""Files in, documents out."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from rag_index.metadata import plain_values, valid

LARGEST = 50_000_000  # bytes of a text that is read at once, or of an office file
LARGEST_ROWS = 200_000_000  # bytes of a JSONL file, which is read line by line
LONGEST_LINE = 5_000_000
LONGEST_FRONT = 65_536  # characters of front matter: YAML is read slowly
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
    """The documents in a file: one, or one a row. Raises Unreadable, OSError.

    Texts are valid Unicode; metadata are plain values and lists of them.
    """
    suffix = path.suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        raise Unreadable(f"{suffix or 'a name without suffix'} is not a format that can be read")
    check_size(path)
    for document in reader(path, name):
        yield replace(
            document,
            name=valid(document.name),
            title=valid(document.title),
            text=valid(document.text),
            metadata=plain_values(document.metadata),
        )


def check_size(path: Path) -> None:
    """Raises Unreadable for a file larger than its format may be."""
    limit = LARGEST_ROWS if path.suffix.lower() == ".jsonl" else LARGEST
    if path.stat().st_size > limit:
        raise Unreadable(f"is larger than {limit // 1_000_000} MB: split it")


def _text(path: Path) -> str:
    content = path.read_bytes()
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not wide and b"\0" in content[:65536]:
        raise Unreadable("is not text, whatever its name says")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _markdown(path: Path, name: str) -> Iterator[Document]:
    text = _text(path)
    metadata: dict[str, Any] = {}
    match = _FRONT_MATTER.match(text)
    if match and len(match.group(1)) <= LONGEST_FRONT:
        try:
            front = yaml.safe_load(match.group(1))
        except (yaml.YAMLError, ValueError, RecursionError):
            front = None
        if isinstance(front, dict):
            metadata = front
            text = text[match.end() :]
    yield _titled(name, text, metadata)


def _titled(
    name: str, text: str, metadata: Mapping[str, Any] | None = None, pages: tuple[int, ...] = ()
) -> Document:
    metadata = metadata or {}
    heading = re.search(r"^[ ]{0,3}#[ \t]+(\S.*?)[ \t#]*$", text, re.M)
    title = str(metadata.get("title") or (heading.group(1) if heading else _from_name(name)))
    return Document(name, title, text, metadata, pages)


def _from_name(name: str) -> str:
    return re.sub(r"[-_]+", " ", Path(name).stem).strip() or name


def _converted(path: Path, name: str) -> Iterator[Document]:
    """Office files, PDF and HTML, read by a process that a hostile file may take down."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("convert.py")), str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=180, check=False)
        result = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise Unreadable("takes too long to read") from None
    except ValueError:
        raise Unreadable(
            "cannot be read: it takes too much memory or time, or is damaged"
        ) from None
    if "error" in result:
        raise Unreadable(result["error"])
    if "tables" in result:
        for sheet in result["tables"]:
            yield from rows_to_documents(iter(sheet["rows"]), name, sheet["name"])
    else:
        yield _titled(name, result["text"], pages=tuple(result["pages"]))


def _jsonl(path: Path, name: str) -> Iterator[Document]:
    with path.open("rb") as lines:
        number = 0
        while line := lines.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                raise Unreadable(f"line {number} is longer than {LONGEST_LINE // 1_000_000} MB")
            if line.strip():
                yield _row(line, number, name)


def _row(line: bytes, number: int, name: str) -> Document:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            f"line {number} is not JSON: {getattr(error, 'msg', type(error).__name__)}"
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise Unreadable(f"line {number} has no text")
    rest = {k: v for k, v in row.items() if k not in ("id", "title", "text")}
    ident = str(row["id"]) if row.get("id") not in (None, "") else f"{name}#{number}"
    return Document(ident, str(row.get("title") or "").replace("_", " "), row["text"], rest)


def _csv(path: Path, name: str) -> Iterator[Document]:
    text = _text(path)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    yield from rows_to_documents(csv.reader(io.StringIO(text), dialect), name)


def rows_to_documents(rows: Iterator[list[str]], name: str, sheet: str = "") -> Iterator[Document]:
    """Question and answer columns make sections; other tables make "column: cell" rows."""
    lines: list[str] = []
    try:
        header = [h.strip() for h in next(rows, [])]
        asked = next(
            (i for i, h in enumerate(header) if re.match(r"(?i)question|q$|prompt$", h)), None
        )
        given = next(
            (i for i, h in enumerate(header) if re.match(r"(?i)answers?\b|a$|reply$|response$", h)),
            None,
        )
        for row in rows:
            cells = [re.sub(r"\s+", " ", c).strip() for c in row]
            if (
                asked is not None
                and given is not None
                and len(cells) > max(asked, given)
                and cells[given]
            ):
                lines += [f"## {cells[asked]}", "", cells[given], ""]
            elif any(cells):
                names = [*header, *[""] * len(cells)]
                named = [f"{n}: {c}" if n else c for n, c in zip(names, cells, strict=False) if c]
                lines += [", ".join(named).rstrip(".") + ".", ""]
    except csv.Error as error:
        raise Unreadable(f"is not a table: {error}") from error
    if lines:
        title = (
            f"{_from_name(name)}, {sheet}"
            if sheet and not re.match(r"(?i)sheet\d*$", sheet)
            else _from_name(name)
        )
        yield Document(f"{name}/{sheet}" if sheet else name, title, "\n".join(lines))


READERS: dict[str, Callable[[Path, str], Iterator[Document]]] = {
    ".md": _markdown, ".markdown": _markdown, ".txt": _markdown, ".jsonl": _jsonl, ".csv": _csv,
    ".html": _converted, ".htm": _converted, ".pdf": _converted, ".docx": _converted, ".pptx": _converted,
    ".xlsx": _converted,
}  # fmt: skip
