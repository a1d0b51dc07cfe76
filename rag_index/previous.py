"""What the version before left: passages by their file's hash, vectors by their text's hash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from rag_index.layout import IndexProblem, current_version, read_manifest, version_folder
from rag_index.passages import Passage


class Previous:
    """Empty if there is none, it is damaged, or another encoder made it."""

    def __init__(self, folder: Path, encoder_name: str) -> None:
        self.version: str | None = None
        self.manifest: dict[str, Any] = {}
        self.files: dict[tuple[str, str], list[Passage]] = {}
        self._at: dict[bytes, int] = {}
        version = current_version(folder)
        try:
            manifest = read_manifest(folder, version) if version else {}
        except IndexProblem:
            return
        if version is None or manifest.get("encoder") != encoder_name:
            return
        place = version_folder(folder, version)
        try:
            self._load(place, manifest)
        except (OSError, ValueError, KeyError, TypeError):
            self.files, self._at = {}, {}
            return
        self.version, self.manifest = version, manifest

    def _load(self, place: Path, manifest: Mapping[str, Any]) -> None:
        keys = np.load(place / "keys.npy", mmap_mode="r")
        self._vectors = np.load(place / "vectors.npy", mmap_mode="r")
        self._sentences = np.load(place / "sentences.npy", mmap_mode="r")
        self._at = {keys[i].tobytes(): i for i in range(len(keys))}
        with (place / "passages.jsonl").open(encoding="utf-8") as lines:
            for entry in manifest["files"]:
                rows = [json.loads(next(lines)) for _ in range(entry["passages"])]
                self.files[entry["name"], entry["sha256"]] = [
                    Passage(
                        **r | {"headings": tuple(r["headings"]), "sentences": tuple(r["sentences"])}
                    )
                    for r in rows
                ]

    def vector(self, key: bytes) -> np.ndarray | None:
        row = self._at.get(key)
        if row is None:
            return None
        passages = len(self._vectors)
        return self._vectors[row] if row < passages else self._sentences[row - passages]
