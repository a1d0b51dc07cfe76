"""Whisper behind an API is asked as soon as the caller falls silent, not when that is certain."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from openai.types.audio import Transcription
from pipecat.audio.utils import pcm_to_wav
from pipecat.frames.frames import InputAudioRawFrame, VADUserStoppedSpeakingFrame
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.whisper.base_stt import BaseWhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from bot.services.local.lulls import LULL_SECONDS, Lull
from processors.frames import PartialSegmentFrame

_MORE_SECONDS = 0.1  # of audio after the lull was noticed, which is silence, too


@dataclass(frozen=True)
class _Early:
    """A request that was made in `lull`, with so many bytes of the segment."""

    lull: Lull
    size: int
    seconds: float
    text: "asyncio.Task[Transcription | None]"


class EarlyTranscripts(BaseWhisperSTTService):
    """A piece of speech is sent when the silence after it begins; its words stand if that lasts.

        a lull begins               -> a request; its words as PartialSegmentFrame, lull=True
        VADUserStoppedSpeakingFrame -> that request's transcript, or another request's
        the caller goes on          -> the request is dropped; what was sent is usage all the same

    lull: how long the VAD has heard no voice; None: each piece is sent once it is certainly over.
    """

    def __init__(self, *, lull: Callable[[], Lull] | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._lull = lull
        self._early: _Early | None = None
        self._stands: deque[_Early | None] = deque()  # one for each piece that was not heard yet

    async def process_audio_frame(
        self, frame: InputAudioRawFrame, direction: FrameDirection
    ) -> None:
        await super().process_audio_frame(frame, direction)
        if self._lull is None or not self._user_speaking or not self.is_usable:
            return
        lull = self._lull()
        known = self._early is not None and self._early.lull.number == lull.number
        if lull.seconds >= LULL_SECONDS and not known:
            await self._drop()
            self._begin(lull)

    async def cleanup(self) -> None:
        await super().cleanup()
        await self._drop()

    async def _handle_user_stopped_speaking(self, frame: VADUserStoppedSpeakingFrame) -> None:
        early = self._early if self._holds_all() else None
        if early:
            self._early = None
            self._stt_usage_pending_seconds -= early.seconds  # it is told with the whole piece
        else:
            await self._drop()
        if self.is_usable:
            self._stands.append(early)
        await super()._handle_user_stopped_speaking(frame)

    async def _transcribe(self, audio: bytes) -> Transcription:
        early = self._stands.popleft() if self._stands else None
        heard = await early.text if early else None
        return heard or await super()._transcribe(audio)

    def _begin(self, lull: Lull) -> None:
        pcm = bytes(self._audio_buffer) + self._trailing_silence()
        self._record_stt_audio_usage(pcm)
        text = self.create_task(self._hear(pcm, lull), "early")
        seconds = len(pcm) / (2 * self.sample_rate)
        self._early = _Early(lull, len(self._audio_buffer), seconds, text)

    async def _hear(self, pcm: bytes, lull: Lull) -> Transcription | None:
        """None: it failed; the piece is sent again, and that error counts."""
        heard: Transcription | None = None
        with suppress(Exception):  # whatever the client raises
            heard = await super()._transcribe(pcm_to_wav(pcm, self.sample_rate))
        text = heard.text.strip() if heard else ""
        if text and self._early and self._early.lull is lull:
            at = time_now_iso8601()
            partial = PartialSegmentFrame(text, "", at, Language.EN, segment=None, lull=True)
            await self.push_frame(partial)
        return heard

    def _holds_all(self) -> bool:
        """Whether nothing but silence has come since the early request."""
        if self._early is None or self._lull is None:
            return False
        now, then = self._lull(), self._early.lull
        more = (len(self._audio_buffer) - self._early.size) / (2 * self.sample_rate)
        silent = now.seconds - then.seconds + _MORE_SECONDS
        return now.number == then.number and more <= silent

    async def _drop(self) -> None:
        if self._early:
            early, self._early = self._early, None
            await self.cancel_task(early.text)
