"""Documents into passages, cut along headings and sentences."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from semantic_text_splitter import TextSplitter

from rag_index.documents import Document
from rag_index.passages import Passage
from rag_index.sentences import Sentence, plain, sentences

LARGEST = 1100  # characters: MiniLM reads 256 tokens
_HEADING = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(```|~~~)")


@dataclass(frozen=True, slots=True)
class _Section:
    headings: tuple[str, ...]
    start: int
    text: str


def cut(document: Document) -> Iterator[Passage]:
    """The document's passages in reading order; none has a heading, half a sentence or two pages in it."""
    number = 0
    for section in _sections(document.text):
        for page, found in _by_page(sentences(section.text), section.start, document.pages):
            for group in _pack(found):
                spoken = tuple(s.text for s in group)
                yield Passage(
                    id=f"{document.name}#{number}",
                    document=document.name,
                    title=document.title,
                    headings=section.headings,
                    text=" ".join(spoken),
                    page=page,
                    start=section.start + group[0].start,
                    end=section.start + group[-1].end,
                    sentences=spoken,
                    metadata=document.metadata,
                )
                number += 1


def _by_page(
    found: list[Sentence], offset: int, pages: tuple[int, ...]
) -> Iterator[tuple[int | None, list[Sentence]]]:
    """The sentences of each page, from 1, so that a citation names the right one."""
    if not pages:
        yield None, found
        return
    for page, group in groupby(found, lambda s: bisect_right(pages, offset + s.start)):
        yield page, list(group)


def _pack(found: list[Sentence]) -> Iterator[list[Sentence]]:
    """Neighbouring sentences together, in pieces of about equal size.

    The splitter sees one sentence a line and an empty line between blocks, so that it cuts there and
    never at a full stop that ends no sentence.
    """
    if not found:
        return
    lines = [
        ("" if before is None else "\n" if before.block == this.block else "\n\n") + this.text
        for before, this in zip([None, *found], found, strict=False)
    ]
    text = "".join(lines)
    pieces = math.ceil(len(text) / LARGEST)
    if pieces == 1:
        yield found
        return
    ends: list[int] = []
    for line in lines:
        ends.append((ends[-1] if ends else 0) + len(line))
    smallest = min(LARGEST - 1, math.ceil(0.9 * len(text) / pieces))
    first = 0
    for start, piece in TextSplitter((smallest, LARGEST)).chunk_indices(text):
        last = bisect_right(ends, start + len(piece) - 1)
        if last >= first:
            yield found[first : last + 1]
            first = last + 1


def _sections(text: str) -> Iterator[_Section]:
    """The text under each heading, with the headings above it."""
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    start = position = 0
    fenced = False
    for line in text.splitlines(keepends=True):
        fenced ^= bool(_FENCE.match(line))
        heading = None if fenced else _HEADING.match(line.rstrip("\r\n"))
        if heading:
            yield _Section(tuple(h for _, h in path), start, "".join(lines))
            level = len(heading.group(1))
            path = [(n, h) for n, h in path if n < level] + [(level, plain(heading.group(2)))]
            lines, start = [], position + len(line)
        else:
            lines.append(line)
        position += len(line)
    yield _Section(tuple(h for _, h in path), start, "".join(lines))
