"""Where an index's files are, and its errors.

folder/CURRENT.json             {"version": "20260102T030405-1a2b3c4d"}; replaced in one step
folder/versions/<version>/      written once, never changed:
    manifest.json               encoder, counts, the files' hashes and sizes
    passages.jsonl, passages.npy    one passage a line; where each line starts
    vectors.npy                 float32 (passages, 384)
    sentences.npy, rows.npy     float16 (sentences, 384); first row of each passage
    keys.npy                    a hash of every text that was encoded: what need not be encoded again
    lexical/                    the BM25 weights, by word
    graph.faiss                 HNSW, beyond 50,000 passages
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

FORMAT = 1
REBUILD = "Run `runner.py index build` to build it."


class IndexProblem(RuntimeError):
    """An index that cannot be used; the message is one line and says what to run."""


class IndexMissing(IndexProblem):
    """Nothing was built in this folder."""


class IndexCorrupt(IndexProblem):
    """Files of the index are missing, cut short or not what they should be."""


class IndexEncoderMismatch(IndexProblem):
    """The index was made by another encoder than the one in use."""


class IndexBusy(IndexProblem):
    """Another build is writing this index."""


def current_version(folder: Path) -> str | None:
    """The version to load, None if there is none. One small read: cheap enough to ask every second."""
    try:
        version = json.loads((folder / "CURRENT.json").read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return version if isinstance(version, str) and version and "/" not in version else None


def version_folder(folder: Path, version: str) -> Path:
    return folder / "versions" / version


def publish(folder: Path, version: str) -> None:
    """Makes a finished version the current one; whoever reads sees the old one or the new one whole."""
    temporary = folder / "CURRENT.json.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump({"version": version}, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / "CURRENT.json")


def read_manifest(folder: Path, version: str) -> dict[str, Any]:
    """The version's manifest, its files checked for existence and size. Raises IndexCorrupt."""
    place = version_folder(folder, version)
    try:
        manifest = json.loads((place / "manifest.json").read_bytes())
        sizes: dict[str, int] = manifest["sizes"]
        if manifest["format"] != FORMAT:
            raise IndexCorrupt(
                f"The index in {folder} was made by another version of Turnwise. {REBUILD}"
            )
        for name, size in sizes.items():
            if (place / name).stat().st_size != size:
                raise IndexCorrupt(
                    f"The index in {folder} is damaged: {name} has not its size. {REBUILD}"
                )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorrupt(
            f"The index in {folder} is damaged ({type(error).__name__}). {REBUILD}"
        ) from error
    return manifest
