"""The documents as calls search them: always the index that was built last."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from loguru import logger

from rag_index.encoder import Encoder
from rag_index.index import load
from rag_index.layout import IndexProblem, current_version
from rag_index.passages import Hit
from rag_index.search import Searcher

LOOK_SECONDS = 1.0  # between looks for a newer index


class Library:
    """Searches the index in `folder`, and takes up a new one without a call noticing.

    A search that is under way ends on the index that it began with. A new index that can't be used
    is told in the log, and the old one stays. Raises IndexProblem if there is none to begin with.
    """

    def __init__(
        self, folder: Path, encoder: Encoder, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._encoder, self._clock = folder, encoder, clock
        self._searcher = Searcher(load(folder, encoder.name), encoder)
        self._version = self._searcher.index.version
        self._looked = clock()
        self._taking_up = threading.Lock()

    def __call__(self, text: str, embedding: np.ndarray, about: str | None) -> Sequence[Hit]:
        """The passages that best answer `text`, best first."""
        self._look()
        return self._searcher.search(text, embedding, about=about)

    def version(self) -> str:
        """Of the documents as a search would find them now. May read files, as a search may."""
        self._look()
        return self._searcher.index.version

    def _look(self) -> None:
        if self._clock() - self._looked < LOOK_SECONDS or not self._taking_up.acquire(False):
            return
        try:
            self._looked = self._clock()
            version = current_version(self._folder)
            if version is None or version == self._version:
                return
            self._version = version
            self._searcher = Searcher(load(self._folder, self._encoder.name), self._encoder)
            logger.bind(version=version).info("index_taken_up")
        except IndexProblem as problem:
            logger.warning("index_not_taken_up: {}", problem)
        finally:
            self._taking_up.release()
