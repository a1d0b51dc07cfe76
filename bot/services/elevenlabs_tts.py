"""ElevenLabs over its WebSocket, which is opened with the call and kept."""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import AggregatedTextFrame, Frame, TTSAudioRawFrame, TTSStoppedFrame
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.services.elevenlabs.tts_base import ElevenLabsTTSBase, output_format_from_sample_rate
from pipecat.transcriptions.language import Language

from bot.services.provider import TTS
from bot.services.words import as_spoken
from bot.settings import Settings
from bot.telemetry.current import outgoing
from conversation.word_times import WordTimes
from processors.frames import SpokenWordFrame

CONNECT_SECONDS = 2.0
_AGAIN_SECONDS = 0.5  # between the attempts to connect again; afterwards, by whoever speaks


class ElevenLabsTTS(ElevenLabsTTSService):
    """Pipecat's service, but:

    It does not keep a call waiting while it connects.
    Each sentence is a context of its own, closed as soon as it was sent: its audio follows its
    text, and ends when ElevenLabs says so. Pipecat's one context for a reply hands over all texts
    before the first audio, so that nobody could tell which of them a caller heard.
    Words are told as SpokenWordFrame, in the spelling that is spoken, each with its time in the
    sentence. Pipecat looks for them in the text as it was written, and logs those it misses.
    """

    def __init__(self, settings: Settings) -> None:
        assert settings.elevenlabs_api_key
        super().__init__(
            api_key=settings.elevenlabs_api_key.get_secret_value(),
            url=settings.elevenlabs_base_url.rstrip("/").replace("http", "ws", 1),
            auto_mode=True,
            text_transforms=[("*", as_spoken)],
            reuse_context_id_within_turn=False,
            reconnect_backoff_min_wait=_AGAIN_SECONDS,
            reconnect_backoff_max_wait=_AGAIN_SECONDS,
            settings=ElevenLabsTTSService.Settings(
                model=settings.elevenlabs_model,
                voice=settings.elevenlabs_voice,
                language=Language.EN,
            ),
        )
        self._push_text_frames = True  # the sentence as it was written, once it was spoken
        self._opening: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._words: dict[str, WordTimes] = defaultdict(WordTimes)
        self._texts: dict[str, tuple[AggregatedTextFrame, str, bool]] = {}

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Begins to connect."""
        await super(ElevenLabsTTSBase, self).setup(setup)
        self._output_format = output_format_from_sample_rate(self.sample_rate)
        self._opening = self.create_task(self._connect(), "connect")

    async def cleanup(self) -> None:
        """Also of a connection that was not there yet."""
        if self._opening:
            await self.cancel_task(self._opening)
            self._opening = None
        await super().cleanup()

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Sends a sentence; its audio comes over the socket."""
        if self._opening:
            await asyncio.wait([self._opening])
        async for frame in super().run_tts(text, context_id):
            yield frame
        await self._close_context(context_id)

    async def _connect(self) -> None:
        if self._receive_task and self._receive_task.done():
            self._receive_task = None  # it had given up
        await super()._connect()

    async def _connect_websocket(self) -> None:
        async with self._one_at_a_time:
            await super()._connect_websocket()

    async def _websocket_connect(self, uri: str, **kwargs: Any) -> Any:
        headers = {**kwargs.pop("additional_headers", {}), **outgoing()}
        kwargs = {"compression": None, **kwargs}  # audio in base64 gets little smaller
        return await super()._websocket_connect(
            uri, open_timeout=CONNECT_SECONDS, additional_headers=headers, **kwargs
        )

    async def _push_spoken_text(
        self, src_frame: AggregatedTextFrame, text: str, context_id: str, append_to_context: bool
    ) -> None:
        self._texts[context_id] = src_frame, text, append_to_context

    async def _receive_messages(self) -> None:
        async for message in self._get_websocket():
            told = json.loads(message)
            context = told.get("contextId")
            if not context or not self.audio_context_available(context):
                continue  # of a reply that was broken into
            if told.get("audio"):
                audio = base64.b64decode(told["audio"])
                frame = TTSAudioRawFrame(audio, self.sample_rate, 1, context_id=context)
                await self.append_to_audio_context(context, frame)
            if at := told.get("alignment"):
                times = at["chars"], at["charStartTimesMs"], at["charDurationsMs"]
                await self._tell(context, self._words[context].add(*times))
            if told.get("isFinal"):
                await self._end(context)

    async def _tell(self, context: str, words: list[tuple[str, float]]) -> None:
        for word, seconds in words:
            await self.append_to_audio_context(context, SpokenWordFrame(word, seconds))

    async def _end(self, context: str) -> None:
        await self._tell(context, self._words[context].end())
        if said := self._texts.get(context):
            frame, text, kept = said
            await super()._push_spoken_text(frame, text, context, kept)
        await self.append_to_audio_context(context, TTSStoppedFrame(context_id=context))
        await self.remove_audio_context(context)

    def _reset_alignment_state(self, context_id: str) -> None:
        super()._reset_alignment_state(context_id)
        self._words.pop(context_id, None)
        self._texts.pop(context_id, None)


def provider(settings: Settings) -> TTS:
    """As TURNWISE_TTS=elevenlabs has it."""
    return TTS("elevenlabs", lambda: ElevenLabsTTS(settings), model=settings.elevenlabs_model)
