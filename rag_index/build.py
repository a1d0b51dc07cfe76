"""Building the index: only what changed is read and encoded; it appears at once or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import secrets
import shutil
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag_index import graph, lexical
from rag_index.chunks import cut
from rag_index.documents import Unreadable, check_size, read
from rag_index.encoder import Encoder
from rag_index.layout import (
    FORMAT,
    IndexBusy,
    publish,
    version_folder,
)
from rag_index.passages import Passage
from rag_index.previous import Previous
from rag_index.sources import Skipped, Source, find
from rag_index.vectors import Progress, Vectors, encode_new, passage_text
from rag_index.words import terms


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did. unreadable: (file, reason), one line each."""

    version: str
    files: int
    passages: int
    sentences: int
    encoded: int
    reused: int
    unreadable: tuple[tuple[str, str], ...]
    seconds: float
    changed: bool


def build(
    sources: Sequence[Path], folder: Path, encoder: Encoder, *, progress: Progress | None = None
) -> BuildReport:
    """Brings the index up to date with the files; a build that dies leaves the old index as it was.

    Raises IndexBusy if another build is at work.
    """
    began = time.perf_counter()
    told = progress or _untold
    with _alone(folder):
        old = Previous(folder, encoder.name)
        passages, files, skipped = _read_all(sources, old, told)
        signature = hashlib.sha256(
            json.dumps([encoder.name, files], sort_keys=True).encode()
        ).hexdigest()
        if old.version and old.manifest.get("signature") == signature:
            rows = int(old.manifest["sentences"])
            return BuildReport(
                old.version, len(files), len(passages), rows, 0, len(passages) + rows,
                tuple((s.name, s.reason) for s in skipped), time.perf_counter() - began, False,
            )  # fmt: skip
        version = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime())}-{secrets.token_hex(4)}"
        place = version_folder(folder, version)
        shutil.rmtree(folder / "versions" / "unfinished", ignore_errors=True)
        work = folder / "versions" / "unfinished"
        work.mkdir(parents=True)
        vectors = encode_new(passages, encoder, old, told)
        _write(work, passages, vectors, told)
        manifest = {
            "format": FORMAT,
            "encoder": encoder.name,
            "signature": signature,
            "passages": len(passages),
            "sentences": len(vectors.sentences),
            "files": files,
            "unreadable": [[s.name, s.reason] for s in skipped],
            "sizes": {
                p.relative_to(work).as_posix(): p.stat().st_size
                for p in sorted(work.rglob("*"))
                if p.is_file()
            },
        }
        (work / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        work.rename(place)
        publish(folder, version)
        _sweep(folder, keep={version, old.version})
    return BuildReport(
        version, len(files), len(passages), len(vectors.sentences), vectors.encoded, vectors.reused,
        tuple((s.name, s.reason) for s in skipped), time.perf_counter() - began, True,
    )  # fmt: skip


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IndexBusy(
                f"Another build is writing the index in {folder}; wait for it to end."
            ) from None
        yield


def _read_all(
    sources: Sequence[Path], old: Previous, told: Progress
) -> tuple[list[Passage], list[dict[str, Any]], list[Skipped]]:
    passages: list[Passage] = []
    files: list[dict[str, Any]] = []
    skipped: list[Skipped] = []
    found = list(find(sources))
    ids: set[str] = set()
    for number, source in enumerate(found):
        told("reading", number, len(found))
        if isinstance(source, Skipped):
            skipped.append(source)
            continue
        try:
            digest, own = _read_one(source, old)
        except Unreadable as error:
            skipped.append(Skipped(source.name, str(error)))
            continue
        except OSError as error:
            skipped.append(Skipped(source.name, f"cannot be read: {error.strerror or error}"))
            continue
        if not own:
            skipped.append(Skipped(source.name, "holds no text"))
        unique, second = _new(own, ids)
        if second:
            skipped.append(
                Skipped(source.name, f"has another document {second}: the first one is used")
            )
            digest += " in part"  # read again next time, when the first one may be gone
        passages += unique
        files.append({"name": source.name, "sha256": digest, "passages": len(unique)})
    told("reading", len(found), len(found))
    return passages, files, skipped


def _new(own: Sequence[Passage], ids: set[str]) -> tuple[list[Passage], str | None]:
    """The passages whose ids are new, which are added to `ids`; and a document that is not."""
    unique: list[Passage] = []
    second: str | None = None
    for passage in own:
        if passage.id in ids:
            second = second or passage.document
            continue
        ids.add(passage.id)
        unique.append(passage)
    return unique, second


def _read_one(source: Source, old: Previous) -> tuple[str, list[Passage]]:
    check_size(source.path)
    with source.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = old.files.get((source.name, digest))
    if known is not None:
        return digest, known
    return digest, [p for document in read(source.path, source.name) for p in cut(document)]


def _write(work: Path, passages: Sequence[Passage], vectors: Vectors, told: Progress) -> None:
    told("writing", 0, 1)
    starts = [0]
    with (work / "passages.jsonl").open("wb") as file:
        for passage in passages:
            row = {
                name: getattr(passage, name)
                for name in (
                    "id",
                    "document",
                    "title",
                    "headings",
                    "text",
                    "page",
                    "start",
                    "end",
                    "sentences",
                )
            }
            row["metadata"] = dict(passage.metadata)
            line = (
                json.dumps(row, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n"
            )
            file.write(line)
            starts.append(starts[-1] + len(line))
    np.save(work / "passages.npy", np.array(starts, dtype=np.int64))
    np.save(work / "vectors.npy", vectors.passages)
    graph.write(vectors.passages, work / "graph.faiss", told)
    np.save(work / "sentences.npy", vectors.sentences)
    np.save(work / "rows.npy", vectors.rows)
    np.save(work / "keys.npy", vectors.keys)
    lexical.write([terms(passage_text(p)) for p in passages], work / "lexical")
    told("writing", 1, 1)


def _sweep(folder: Path, keep: set[str | None]) -> None:
    """Older versions go; the one before stays for those who are just opening it."""
    for place in (folder / "versions").iterdir():
        if place.name not in keep:
            shutil.rmtree(place, ignore_errors=True)


def _untold(stage: str, done: int, total: int) -> None:
    """Nobody watches."""
