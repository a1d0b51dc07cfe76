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

    Hidden files, and files found twice, are passed over in silence; a link that leads out of its
    folder is skipped.
    """
    taken: set[str] = set()
    found: set[Path] = set()
    for given in sources:
        root = given.resolve()
        if not root.exists():
            yield Skipped(str(given), "does not exist")
            continue
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        below = root if root.is_dir() else root.parent
        for path in files:
            relative = path.relative_to(below)
            real = _target(path)
            inside = real is not None and real.is_relative_to(below)
            hidden = any(part.startswith(".") for part in relative.parts)
            if hidden or real in found or (inside and path.is_dir()):
                continue
            name = printable(relative.as_posix())
            if name in taken:
                name = f"{below.name}/{name}"
            taken.add(name)
            if real is None:
                yield Skipped(name, "is a link to itself")
            elif not inside:
                yield Skipped(name, "is a link that leads out of the folder")
            elif not path.is_file():
                yield Skipped(name, "is no regular file")
            elif path.suffix.lower() not in READERS:
                yield Skipped(
                    name,
                    f"{path.suffix or 'a name without suffix'} is not a format that can be read",
                )
            else:
                found.add(real)
                yield Source(path, name)


def printable(name: str) -> str:
    """A file's name as text of one line, whatever bytes it is made of."""
    valid = name.encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else "?" for c in valid)


def _target(path: Path) -> Path | None:
    """Where a file really is; None for a link that leads back to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # the latter until Python 3.13
        return None
