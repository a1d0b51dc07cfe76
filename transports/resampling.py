"""The caller's audio at another rate, without waiting for more of it."""

import av
import numpy as np
from pipecat.audio.resamplers.base_audio_resampler import BaseAudioResampler


class PromptResampler(BaseAudioResampler):
    """FFmpeg's filter, which keeps 1 to 2 ms back; a stream at one rate.

    Pipecat's (soxr at its best) gives telephone audio in pieces of 95 ms, every fifth chunk, and
    keeps up to 105 ms back: as much later would every turn end, and every barge-in be noticed.
    """

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None

    async def resample(self, audio: bytes, in_rate: int, out_rate: int) -> bytes:
        """16-bit mono. About 0.1 ms for 20 ms of audio."""
        if in_rate == out_rate or not audio:
            return audio
        if self._resampler is None:
            self._resampler = av.AudioResampler("s16", "mono", out_rate)
        samples = np.frombuffer(audio, dtype=np.int16)[None, :]
        frame = av.AudioFrame.from_ndarray(samples, layout="mono")
        frame.sample_rate = in_rate
        given = self._resampler.resample(frame)
        return b"".join(part.to_ndarray().tobytes() for part in given)
