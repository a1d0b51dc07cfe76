"""Sentences one could say, out of Markdown: emphasis and links undone, list items and table rows made sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import sentencex

_LINK = re.compile(
    r"!?\[([^\]]{0,500})\]\((?:<[^>]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
_AUTOLINK = re.compile(r"<(?=[^<>\s]*>)((?:https?://|mailto:)?[^<>\s]+[.@][^<>\s]+)>")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*])|`([^`]+)`")
_TAG = re.compile(r"<!--(?:[^-]|-(?!->))*(?:-->|\Z)|</?[a-zA-Z][^<>]*>", re.S)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~$&])")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
_PARTS = re.compile(r"\S.{0,1098}(?=\s|$)|\S{1100}")  # what has no end is cut between words
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_TABLE_RULE = re.compile(r"^\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_CLOCK_END = re.compile(r"\b[ap]\.m\.$", re.I)
_ZONE = re.compile(r"^(?:eastern|central|mountain|pacific|[ecmp][sd]t|utc|gmt)\b", re.I)
_ABBREVIATION_END = re.compile(
    r"\b(?:approx|incl|excl|nos?|dept|bldg|rm|ext|tel|fig|vol|pp|ca|max|min|e\.g|i\.e|u\.s|st|mt|dr|"
    r"mr|mrs|ms|prof|vs|cf|sec|art)\.$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands in the Markdown; block counts paragraphs, items and rows."""

    text: str
    start: int
    end: int
    block: int


def plain(markdown: str) -> str:
    """A line of Markdown as plain text."""
    text = (
        _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", markdown))
        if "](" in markdown or "<" in markdown
        else markdown
    )
    text = _TAG.sub(" ", text) if "<" in text else text
    for _ in range(2):
        text = _EMPHASIS.sub(lambda m: m.group(2) or m.group(3), text)
    return re.sub(r"\s+", " ", _ESCAPE.sub(r"\1", text)).strip()


def sentences(markdown: str) -> list[Sentence]:
    """The sentences in reading order. Linear in the length of the text."""
    found: list[Sentence] = []
    for number, block in enumerate(_blocks(markdown)):
        cursor = block.start
        for text in _split(block.text):
            at = markdown.find(text[:16], cursor, block.end)
            start = at if at >= 0 else cursor
            if found and found[-1].block == number:
                found[-1] = replace(found[-1], end=start)
            found.append(Sentence(text, start, block.end, number))
            cursor = start + 1
    return found


def _split(block: str) -> list[str]:
    joined: list[str] = []
    pieces = sentencex.segment("en", block)  # pyright: ignore[reportAttributeAccessIssue]
    for piece in map(str.strip, pieces):
        if joined and piece and _continues(joined[-1], piece):
            joined[-1] = f"{joined[-1]} {piece}"
        elif piece:
            joined.append(piece)
    return [part for text in joined for part in (_PARTS.findall(text) or [text])]


def _continues(before: str, after: str) -> bool:
    """Whether the splitter cut after an abbreviation, inside brackets, or before mere punctuation."""
    if _CLOCK_END.search(before) and _ZONE.match(after):
        return True
    if _ABBREVIATION_END.search(before) and (after[0].islower() or after[0].isdigit()):
        return True
    if not re.search(r"\w", after):
        return True
    return len(before) < 300 and before.count("(") > before.count(")")


def _blocks(markdown: str) -> Iterator[Sentence]:
    """Paragraphs, list items and table rows, each as one line of plain text."""
    collected: list[str] = []
    begin = position = 0
    header: list[str] | None = None
    lines = markdown.splitlines(keepends=True)
    for number, line in enumerate(lines):
        stripped = line.strip().lstrip(">").strip()
        is_row = "|" in stripped and (stripped.startswith("|") or header is not None)
        if collected and (not stripped or is_row or _RULE.match(stripped) or _ITEM.match(line)):
            yield from _block(collected, begin, position)
            collected = []
        if not is_row:
            header = None
        if is_row:
            following = lines[number + 1].strip() if number + 1 < len(lines) else ""
            header, row = _row(stripped, following, header)
            yield from _block([row], position, position + len(line))
        elif stripped and not _RULE.match(stripped):
            begin = begin if collected else position
            collected.append(_ITEM.sub("", line).strip() if _ITEM.match(line) else stripped)
        position += len(line)
    yield from _block(collected, begin, position)


def _block(lines: list[str], start: int, end: int) -> Iterator[Sentence]:
    text = plain(" ".join(lines))
    if re.search(r"\w", text):
        yield Sentence(text, start, end, 0)


def _row(line: str, following: str, header: list[str] | None) -> tuple[list[str], str]:
    """The header in force after a table's line, and the line as "column: cell, column: cell."."""
    if _TABLE_RULE.match(line):
        return header or [], ""
    cells = [c.strip() for c in re.split(r"(?<!\\)\|", line.strip("|"))]
    if header is None and _TABLE_RULE.match(following):
        return [plain(c) for c in cells], ""
    names = [*(header or []), *[""] * len(cells)]
    named = [
        f"{name}: {cell}" if name else cell
        for name, cell in zip(names, cells, strict=False)
        if cell
    ]
    row = ", ".join(named)
    return header or [], row if not row or row.endswith((".", "!", "?")) else row + "."
