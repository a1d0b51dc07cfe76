"""Moonshine's library, as far as it is needed: samples in, words out."""

import ctypes
from pathlib import Path
from threading import Lock

import numpy as np
from moonshine_voice import Transcriber
from moonshine_voice.errors import check_error
from moonshine_voice.moonshine_api import ModelArch, TranscriptC

RATE = 16000


class MoonshineModel(Transcriber):
    """Hands the samples over as they are, and takes the words only.

    The package's own call turns every sample into a Python object, twice, and holds the interpreter
    for tens of milliseconds meanwhile. The words it gives are overwritten by the next call, from
    whichever thread: there is one at a time.
    """

    def __init__(self, folder: Path | str) -> None:
        super().__init__(str(folder), ModelArch.TINY, options={"vad_threshold": "0"})
        self._alone = Lock()

    def texts(self, samples: np.ndarray) -> list[str]:
        """The lines of what was said. samples: float32, -1 to 1, at RATE."""
        found = ctypes.POINTER(TranscriptC)()
        start = samples.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        with self._alone:
            check_error(
                self._lib.moonshine_transcribe_without_streaming(
                    self._handle, start, len(samples), RATE, 0, ctypes.byref(found)
                )
            )
            lines = (found.contents.lines[i] for i in range(found.contents.line_count))
            return [ctypes.string_at(line.text).decode("utf-8", "ignore") for line in lines]
