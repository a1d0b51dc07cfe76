"""Which files are to be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag_index.documents import READERS


@dataclass(frozen=True, slots=True)
class Source:
    """A file and the name its documents go by."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was not read, and why, in one line."""

    name: str
    reason: str


def find(sources: Sequence[Path]) -> Iterator[Source | Skipped]:
    """Files named, and those in folders named, in order of their names.

    Hidden files are passed over in silence; a link that leads out of its folder is skipped.
    """
    taken: set[str] = set()
    for given in sources:
        root = given.resolve()
        if not root.exists():
            yield Skipped(str(given), "does not exist")
            continue
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        below = root if root.is_dir() else root.parent
        for path in files:
            relative = path.relative_to(below)
            if any(part.startswith(".") for part in relative.parts) or path.is_dir():
                continue
            name = relative.as_posix()
            if name in taken:
                name = f"{below.name}/{name}"
            taken.add(name)
            if not path.resolve().is_relative_to(below):
                yield Skipped(name, "is a link that leads out of the folder")
            elif not path.is_file():
                yield Skipped(name, "is no regular file")
            elif path.suffix.lower() not in READERS:
                yield Skipped(
                    name,
                    f"{path.suffix or 'a name without suffix'} is not a format that can be read",
                )
            else:
                yield Source(path, name)
