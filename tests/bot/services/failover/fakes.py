"""Providers that do what a script says, in Pipecat's own contracts.

A script is what happens to each request in turn; the last one happens to all that follow.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, STTSettings, TTSSettings
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService

from processors.frames import SpokenWordFrame

RATE = 24000
LETTER = 0.067  # seconds of audio a letter


@dataclass(frozen=True)
class Wait:
    """Nothing happens for so long; for ever by default."""

    seconds: float | None = None

    async def over(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), self.seconds)


HANG = Wait()


class Refused(Exception):
    """As an SDK reports an answer with a status."""

    def __init__(self, status: int, retry_after: str = "") -> None:
        super().__init__(f"status {status}")
        self.status_code = status
        self.headers = {"retry-after": retry_after} if retry_after else {}


Step = str | Wait | Exception
Script = Sequence[Sequence[Step]]

FAULTS: dict[str, tuple[Step, ...]] = {
    "timeout": (HANG,),
    "unreachable": (ConnectionRefusedError(),),
    "failed": (Refused(500),),
    "limited": (Refused(429),),
    "rejected": (Refused(401),),
}
"""What a service does, by the name that its fault is told by."""


class _Scripted:
    def __init__(self, script: Script) -> None:
        self._script = list(script)
        self.asked = 0

    def steps(self) -> Sequence[Step]:
        self.asked += 1
        return self._script[min(self.asked, len(self._script)) - 1]


class FakeLLM(LLMService):
    """Steps: words to stream, waits, errors. `contexts`: what it was asked."""

    def __init__(self, *script: Sequence[Step], tokens: tuple[int, int] | None = None) -> None:
        super().__init__(settings=LLMSettings(model="fake-llm"))
        self.script, self._tokens = _Scripted(script), tokens
        self.contexts: list[list[dict[str, str]]] = []
        self.stopped = 0

    def can_generate_metrics(self) -> bool:
        return True

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            await self._answer(frame)
        else:
            await self.push_frame(frame, direction)

    async def _answer(self, frame: LLMContextFrame) -> None:
        self.contexts.append([dict(m) for m in frame.context.get_messages()])  # type: ignore[call-overload]
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            for step in self.script.steps():
                match step:
                    case Wait():
                        await step.over()
                    case Exception():
                        raise step
                    case _:
                        await self.push_frame(LLMTextFrame(step))
            if self._tokens:
                came, went = self._tokens
                usage = LLMTokenUsage(
                    prompt_tokens=came, completion_tokens=went, total_tokens=came + went
                )
                await self.start_llm_usage_metrics(usage)
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        except Exception as error:
            await self.push_error("fake", exception=error)
        finally:
            await self.push_frame(LLMFullResponseEndFrame())


class FakeTTS(TTSService):
    """Steps: a share of the audio ("1.0": all of it), waits, errors.

    `spoken`: what it was given. times: whether it tells when each word begins, which it then does
    as the audio comes.
    """

    def __init__(self, *script: Sequence[Step], times: bool = False) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            push_text_frames=not times,
            sample_rate=RATE,
            settings=TTSSettings(model="fake-tts", voice="v", language=None),
        )
        self.script, self._times = _Scripted(script), times
        self.spoken: list[str] = []
        self.stopped = 0

    def can_generate_metrics(self) -> bool:
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        self.spoken.append(text)
        await self.start_tts_usage_metrics(text)
        done = 0.0
        try:
            for step in self.script.steps():
                match step:
                    case Wait():
                        await step.over()
                    case Exception():
                        raise step
                    case _:
                        whole = len(text) * LETTER
                        if self._times:
                            await self._tell(text, context_id, done, float(step) * whole)
                        size = int((float(step) * whole - done) * RATE) * 2
                        done = float(step) * whole
                        yield TTSAudioRawFrame(
                            b"\1\0" * (size // 2), RATE, 1, context_id=context_id
                        )
        except (asyncio.CancelledError, GeneratorExit):
            self.stopped += 1
            raise
        except Exception as error:
            await self.push_error("fake", exception=error)

    async def _tell(self, text: str, context_id: str, start: float, end: float) -> None:
        if not start:
            await self.start_word_timestamps()
        at = 0.0
        for word in text.split():
            if start <= at < end:
                await self.add_word_timestamps([(word, at)], context_id)
                await self.append_to_audio_context(context_id, SpokenWordFrame(word, at))
            at += (len(word) + 1) * LETTER


class FakeSTT(SegmentedSTTService):
    """Steps: a transcript, waits, errors. `heard`: seconds of audio of each request."""

    def __init__(self, *script: Sequence[Step]) -> None:
        super().__init__(
            sample_rate=16000,
            trailing_silence_secs=0,
            ttfs_p99_latency=0.5,
            settings=STTSettings(model="fake-stt", language=None),
        )
        self.script = _Scripted(script)
        self.heard: list[float] = []

    def can_generate_metrics(self) -> bool:
        return True

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        self.heard.append(round((len(audio) - 44) / 32000, 2))
        for step in self.script.steps():
            match step:
                case Wait():
                    await step.over()
                case Exception():
                    await self.push_error("fake", exception=step)
                case _:
                    yield TranscriptionFrame(step, "", "")
