"""Any sentence-transformers model, served by onnxruntime: exported once, by a process of its own.

folder/<name>/  model.onnx       from token ids to one vector a text, whatever the model's layers are
                tokenizer.json
                encoder.json     {"inputs", "dimensions", "max_tokens", "prompt", "sha256"}
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from rag_index.encoder import (
    Encoder,
    EncoderUnavailable,
    MiniLMEncoder,
    by_length,
    inference_session,
)

DEFAULT = "all-MiniLM-L6-v2"


def open_encoder(name: str, folder: Path, threads: int = 1) -> Encoder:
    """The encoder by its name. folder: of exported models. Raises EncoderUnavailable."""
    if name == DEFAULT:
        return MiniLMEncoder(threads)
    return ExportedEncoder(name, place_of(name, folder), threads)


def export_if_new(name: str, folder: Path) -> bool:
    """Exports a model that was not exported yet; True if it did. Raises EncoderUnavailable.

    Takes half a minute and the extra `encoders`. Nothing of it is loaded into this process.
    """
    place = place_of(name, folder)
    if name == DEFAULT or (place / "encoder.json").exists():
        return False
    command = [sys.executable, str(Path(__file__).with_name("export.py")), name, str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it was stopped"])[-1]
        raise EncoderUnavailable(f"The encoder {name} cannot be exported: {last}")
    return True


def place_of(name: str, folder: Path) -> Path:
    """Where a model's export is: its name as far as a file can have it, and its hash."""
    readable = re.sub(r"[^\w.-]+", "-", name)[-60:].strip("-.")
    return folder / f"{readable}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class ExportedEncoder:
    """A model that `export.py` exported. name: as in the settings, with the export's hash."""

    def __init__(self, name: str, place: Path, threads: int = 1) -> None:
        """threads: how many onnxruntime may use for one run. Raises EncoderUnavailable."""
        try:
            facts = json.loads((place / "encoder.json").read_bytes())
            self._tokenizer = Tokenizer.from_file(str(place / "tokenizer.json"))
            self._session = inference_session(str(place / "model.onnx"), threads)
            self.name = f"{name}@{facts['sha256'][:12]}"
            self._inputs: list[str] = facts["inputs"]
            self._dimensions: int = facts["dimensions"]
            self._prompt: str = facts["prompt"]
            self._tokenizer.enable_truncation(facts["max_tokens"])
        except FileNotFoundError:
            raise EncoderUnavailable(
                f"The encoder {name} is not exported yet. Run `runner.py index build`."
            ) from None
        except Exception as error:  # tokenizers and onnxruntime raise exceptions of many kinds
            raise EncoderUnavailable(
                f"The encoder {name} cannot be loaded ({type(error).__name__}): delete {place} "
                "and run `runner.py index build`."
            ) from error
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32, shape (len(texts), dimensions), each of unit length."""
        encoded = self._tokenizer.encode_batch([self._prompt + text for text in texts])
        return by_length(encoded, self._run, self._dimensions)

    def _run(self, ids: np.ndarray) -> np.ndarray:
        feeds = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        return np.asarray(self._session.run(None, {name: feeds[name] for name in self._inputs})[0])
