"""Reads a question and a sentence together and says how well the one answers the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from tokenizers import Tokenizer

from rag_index.encoder import inference_session, pinned_file, tokenizer_bytes

MODEL = Path(__file__).parent / "weights" / "judge.onnx"
MODEL_SHA256 = "7e04db56a642ce9a7a6b35099a7ef7f21c0ac44bfae0be99e47eaf510c865087"
MAX_TOKENS = 96


def in_context(title: str, heading: str | None, sentence: str) -> str:
    """A sentence as the judge reads it, in training too: below its document's title and its own heading."""
    above = dict.fromkeys(h for h in (title, heading) if h)
    return f"{', '.join(above)}: {sentence}" if above else sentence


class Judge(Protocol):
    """What weighs sentences against a question. Safe to call from several threads."""

    def weigh(self, question: str, sentences: Sequence[str]) -> np.ndarray:
        """float32, shape (len(sentences),): log-odds that each answers the question."""
        ...


class CrossEncoder:
    """MiniLM (6 layers, int8), trained to tell sentences that answer from sentences that only resemble.

    Words and sentences compared one by one say what a sentence is about; only reading both together
    tells "when are decisions sent" from "when is the deadline". How it was trained: docs/answers.md.
    """

    def __init__(self, threads: int = 2) -> None:
        """threads: how many onnxruntime may use for one run. Raises EncoderUnavailable."""
        self._session = inference_session(_weights(), threads)
        self._tokenizer = Tokenizer.from_buffer(tokenizer_bytes())
        self._tokenizer.enable_truncation(MAX_TOKENS, strategy="longest_first")
        self._tokenizer.enable_padding()

    def weigh(self, question: str, sentences: Sequence[str]) -> np.ndarray:
        """float32, shape (len(sentences),): log-odds that each answers the question."""
        if not sentences:
            return np.zeros(0, dtype=np.float32)
        pairs = self._tokenizer.encode_batch([(question, s) for s in sentences])
        feed = {
            "input_ids": np.array([p.ids for p in pairs], dtype=np.int64),
            "token_type_ids": np.array([p.type_ids for p in pairs], dtype=np.int64),
            "attention_mask": np.array([p.attention_mask for p in pairs], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, feed)[0], dtype=np.float32)


def _weights() -> bytes:
    again = "check it out again"
    return pinned_file(MODEL, MODEL_SHA256, whose="answerer", if_missing=again, if_other=again)
