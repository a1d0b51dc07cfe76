"""When the caller's last sound was: what a turn's time is counted from."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    UserStoppedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameDirection

from conversation.ledger import Ledgers
from processors.audio_past import AudioPast
from processors.ports import Clock

SOUND = 164  # of 32768, -46 dB of full scale: the bot's audio below it is silence
_KEPT_SECONDS = 3.0
_QUIET_SECONDS = 0.1  # the end of what is looked at is silence: it tells the line's noise
_BELOW_PEAK = 0.01  # -40 dB of the loudest sample: the tail of a word
_ABOVE_NOISE = 1.5
_GAP_SECONDS = 0.3  # audio that is so late is not late: the line stood still
_DRIFT = 0.001  # by which the caller's clock may differ from ours


@dataclass
class CallerAudio:
    """The last seconds of the caller's audio, with when they were spoken.

    Audio comes when its last sample was spoken, or later: a chunk that comes earlier than the ones
    before it let expect shows that those were late. Times are seconds on one monotonic clock.

    late: seconds for which the door had the audio already.
    """

    late: float = 0.0
    _chunks: deque[np.ndarray] = field(default_factory=deque[np.ndarray])
    _samples: int = 0
    _rate: int = 16000
    _ends: float = -1.0

    def add(self, pcm: bytes, rate: int, *, now: float) -> None:
        """pcm: 16-bit mono."""
        samples = np.frombuffer(pcm, dtype=np.int16)
        seconds = len(samples) / rate
        late = now - (self._ends + seconds)
        on_time = 0 <= late < _GAP_SECONDS
        self._ends = self._ends + seconds + min(late, _DRIFT * seconds) if on_time else now
        self._rate = rate
        self._chunks.append(samples)
        self._samples += len(samples)
        while self._samples > _KEPT_SECONDS * rate:
            self._samples -= len(self._chunks.popleft())

    def last_sound(self) -> float | None:
        """When it ended, if the caller is silent now; None: there was none. About 0.1 ms."""
        if not self._chunks:
            return None
        loudness = np.abs(np.concatenate(self._chunks).astype(np.int32))
        noise = int(loudness[-int(_QUIET_SECONDS * self._rate) :].max(initial=0))
        loud = np.flatnonzero(
            loudness > max(loudness.max() * _BELOW_PEAK, noise * _ABOVE_NOISE, 1.0)
        )
        if not len(loud):
            return None
        return self._ends - (len(loudness) - 1 - int(loud[-1])) / self._rate - self.late


class LastSound(AudioPast):
    """Stands where audio, VAD and turn detection pass; changes nothing.

    InputAudioRawFrame                                -> kept for some seconds
    VADUserStopped-, UserStoppedSpeakingFrame         -> milestone `last_sound` of the coming turn

    The VAD tells that the caller fell silent once it is sure, and its windows and thresholds put
    the end of speech up to 0.1 s off; this one is exact.
    """

    def __init__(self, ledgers: Ledgers, *, clock: Clock, late: float = 0.0) -> None:
        super().__init__()
        self._ledgers, self._now = ledgers, clock
        self._audio = CallerAudio(late)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        stopped = isinstance(frame, VADUserStoppedSpeakingFrame | UserStoppedSpeakingFrame)
        stopped &= direction is FrameDirection.DOWNSTREAM
        if stopped and (at := self._audio.last_sound()) is not None:
            self._ledgers.coming.moved("last_sound", now=at)
        await self.push_frame(frame, direction)

    async def hears(self, frame: InputAudioRawFrame) -> None:
        self._audio.add(frame.audio, frame.sample_rate, now=self._now())


def silence_before(pcm: bytes, rate: int) -> float | None:
    """Seconds of 16-bit mono audio before its first sound; None: it has none."""
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, dtype=np.int16).astype(np.int32)) >= SOUND)
    return float(loud[0]) / rate if len(loud) else None
