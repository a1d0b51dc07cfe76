"""Silero VAD for all calls of a process: what comes within a few milliseconds is heard at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np

from bot.services.per_loop import PerLoop
from rag_index.encoder import inference_session

RATE = 16000
WINDOW = 512  # samples that the model hears at once
_CONTEXT = 64  # samples of the window before
_LONGEST_SILENCE = 64  # windows between two resets of the memory, in Pipecat's analyser
_TICK_SECONDS = 0.006  # waited for windows of other calls


@dataclass(eq=False)
class Ear:
    """What the model remembers of one call. A window is heard before the next one is given."""

    state: np.ndarray = field(init=False)  # float32, (2, 128)
    context: np.ndarray = field(init=False)  # int16
    silent: int | None = 0
    """Windows of silence, where nothing else came since the memory was reset."""

    def __post_init__(self) -> None:
        self.reset_states()

    def reset_states(self) -> None:
        """Forgets all."""
        self.state = np.zeros((2, 128), dtype=np.float32)
        self.context = np.zeros(_CONTEXT, dtype=np.int16)
        self.silent = 0

    def passes_over(self, silence: np.ndarray) -> bool:
        """Whether a window of silence needs no model: what that would remember is known."""
        if self.silent is None or self.silent == _LONGEST_SILENCE:
            return False
        self.silent += 1
        self.context = silence[-_CONTEXT:]
        return True


@dataclass(eq=False)
class _Asked:
    hearing: Ear
    samples: np.ndarray
    answer: asyncio.Future[float]


class _Tick:
    """Collects the windows that come to one event loop."""

    def __init__(self, thread: ThreadPoolExecutor, model: "_Model") -> None:
        self._thread, self._model = thread, model
        self._waiting: list[_Asked] = []

    def ask(self, hearing: Ear, samples: np.ndarray) -> asyncio.Future[float]:
        loop = asyncio.get_running_loop()
        asked = _Asked(hearing, samples, loop.create_future())
        self._waiting.append(asked)
        if len(self._waiting) == 1:
            loop.call_later(_TICK_SECONDS, self._run, loop)
        return asked.answer

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        batch, self._waiting = self._waiting, []
        work = loop.run_in_executor(self._thread, self._model.hear, batch)
        work.add_done_callback(lambda done: _tell(batch, done))


class _Model:
    def __init__(self) -> None:
        path = files("pipecat.audio.vad.data").joinpath("silero_vad.onnx")
        self._session = inference_session(str(path), threads=1)
        self._rate = np.array(RATE, dtype=np.int64)
        self._after_silence = [np.zeros((2, 128), dtype=np.float32)]
        nothing = np.zeros((1, _CONTEXT + WINDOW), dtype=np.float32)
        for _ in range(_LONGEST_SILENCE):
            _, states = self._run(nothing, self._after_silence[-1][:, None])
            self._after_silence.append(states[:, 0].copy())

    def _run(self, windows: np.ndarray, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found = self._session.run(None, {"input": windows, "state": states, "sr": self._rate})
        return np.asarray(found[0]), np.asarray(found[1])

    def hear(self, batch: list[_Asked]) -> np.ndarray:
        """Probabilities of voice, float32, (calls,); each call's memory moves on."""
        windows = [np.concatenate((a.hearing.context, a.samples)) for a in batch]
        heard, states = self._run(
            np.stack(windows).astype(np.float32) / np.float32(32768),
            np.stack([self._memory(asked.hearing) for asked in batch], axis=1),
        )
        for row, asked in enumerate(batch):
            asked.hearing.state = states[:, row].copy()
            asked.hearing.context = asked.samples[-_CONTEXT:]
            asked.hearing.silent = None
        return heard[:, 0]

    def _memory(self, hearing: Ear) -> np.ndarray:
        return self._after_silence[hearing.silent] if hearing.silent else hearing.state


class Silero:
    """One model and one thread, with a memory for each call; Pipecat's analyser has a model each.

    Milliseconds of CPU for a second of audio: 12 alone, 4 in batches of 16, 3 in batches of 64.
    """

    def __init__(self) -> None:
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="silero")
        model = _Model()
        self._tick = PerLoop(lambda: _Tick(thread, model))

    def hear(self, hearing: Ear, samples: np.ndarray) -> asyncio.Future[float]:
        """Probability that there is a voice in the next WINDOW samples (int16) of the call."""
        return self._tick().ask(hearing, samples)


def _tell(batch: list[_Asked], done: asyncio.Future[np.ndarray]) -> None:
    for row, asked in enumerate(batch):
        if asked.answer.done():  # the call has ended
            continue
        if done.cancelled():
            asked.answer.cancel()
        elif error := done.exception():
            asked.answer.set_exception(error)
        else:
            asked.answer.set_result(float(done.result()[row]))
