"""One call in simulated time: the real ears, StateManager and speech hold; the answer is given.

Caller ─ VAD ─ turn detection ─ Moonshine ─ StateManager ─ Answerer ─ SpeechHold ─ Ear
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import soxr
from pipecat.frames.frames import (
    AggregatedTextFrame,
    ClientConnectedFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TTSAudioRawFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.utils.text.base_text_aggregator import TextType
from pipecat.workers.runner import WorkerRunner

from benchmarks.turn_taking.knowledge import SECONDS, Knowledge
from benchmarks.voices import RATE
from bot.pipeline import VAD
from bot.services.local.lulls import LullVAD
from bot.services.local.moonshine import MoonshineSTT, Recognizer
from bot.services.local.silero import Silero
from bot.services.local.smart_turn import SmartTurn
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.ledger import Ledgers
from processors.ahead_frames import AnswerableFrame, PossibleTurnFrame
from processors.frames import AnswerStartFrame, UserTurnFrame
from processors.speech_hold import SpeechHold
from processors.state_manager import StateManager
from processors.turn_detection import turn_strategies

CHUNK = RATE // 50
BOT_RATE = 24000
_LINE = 3  # of 32767: no real line is digitally silent

Sentence = tuple[str, np.ndarray]
"""What the bot says, and its audio: int16 mono at BOT_RATE."""


@dataclass(frozen=True)
class Models:
    """Of the ears; loaded once."""

    recognizer: Recognizer
    turns: SmartTurn
    voices: Silero
    knowledge: Knowledge


@dataclass
class Told:
    """What happened, in seconds of the call's clock."""

    turns: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    """When a turn was taken for finished, and its words."""
    heard: list[tuple[float, np.ndarray]] = field(default_factory=list[tuple[float, np.ndarray]])
    """The bot's audio, when the caller began to hear it."""
    cuts: list[float] = field(default_factory=list[float])


class _Answerer(FrameProcessor):
    """Every turn gets the same answer, `after` seconds; whether it has one the help desk says."""

    def __init__(
        self, told: Told, knowledge: Knowledge, answer: Sequence[Sentence], after: float
    ) -> None:
        super().__init__()
        self._told, self._answer, self._after = told, answer, after
        self._knowledge = knowledge

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, PossibleTurnFrame):
            await asyncio.sleep(SECONDS)
            known = AnswerableFrame(frame.turn, frame.text, self._knowledge.answers(frame.text))
            await self.push_frame(known, FrameDirection.UPSTREAM)
            return
        if not isinstance(frame, UserTurnFrame):
            await self.push_frame(frame, direction)
            return
        self._told.turns.append((asyncio.get_running_loop().time(), frame.text))
        if not self._answer:
            return
        await asyncio.sleep(self._after)
        await self.push_frame(AnswerStartFrame(turn=frame.turn))
        await self.push_frame(LLMFullResponseStartFrame())
        for text, audio in self._answer:
            await self.push_frame(AggregatedTextFrame(text, TextType.SENTENCE))
            await self.push_frame(TTSAudioRawFrame(audio.tobytes(), BOT_RATE, 1))
            await self.push_frame(TTSTextFrame(text, text_type=TextType.SENTENCE))
        await self.push_frame(LLMFullResponseEndFrame())


class _Ear(FrameProcessor):
    def __init__(self, told: Told) -> None:
        super().__init__()
        self._told, self._ends = told, 0.0
        self.speaks = asyncio.Event()

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        now = asyncio.get_running_loop().time()
        if isinstance(frame, TTSAudioRawFrame):
            pcm = np.frombuffer(frame.audio, dtype=np.int16)
            begins = max(now, self._ends)
            self._told.heard.append((begins, pcm))
            self._ends = begins + len(pcm) / BOT_RATE
            self.speaks.set()
        elif isinstance(frame, InterruptionFrame):
            self._told.cuts.append(now)
        await self.push_frame(frame, direction)


class Caller(FrameProcessor):
    """Sends 20 ms every 20 ms: what is being said, or a quiet line, and the echo of the bot."""

    def __init__(self, ear: _Ear, told: Told, *, echo: float, noise: np.ndarray | None) -> None:
        super().__init__()
        self._ear, self._told, self._echo = ear, told, echo
        self._line = np.random.default_rng(0)
        self._noise = noise

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)

    @property
    def now(self) -> float:
        """The call's clock."""
        return asyncio.get_running_loop().time()

    async def connect(self) -> None:
        """The call begins."""
        await self.push_frame(ClientConnectedFrame())

    async def says(self, samples: np.ndarray) -> float:
        """Sends int16 samples at RATE; returns when the first of them was sent."""
        began = self.now
        for at in range(0, len(samples), CHUNK):
            await self._send(samples[at : at + CHUNK])
        return began

    async def waits(self, seconds: float) -> None:
        """A quiet line."""
        await self.says(np.zeros(int(seconds * RATE), dtype=np.int16))

    async def waits_for_the_bot(self, seconds: float) -> bool:
        """Until the bot speaks, at most so long; whether it does."""
        ends = self.now + seconds
        while not self._ear.speaks.is_set() and self.now < ends:
            await self.waits(0.02)
        return self._ear.speaks.is_set()

    async def _send(self, samples: np.ndarray) -> None:
        began = self.now
        sound = self._line.integers(-_LINE, _LINE + 1, CHUNK).astype(np.int32)
        sound[: len(samples)] += samples
        if self._noise is not None:
            sound += np.roll(self._noise, -int(began * RATE))[:CHUNK]
        if self._echo:
            sound += self._of_the_bot(began)
        pcm = np.clip(sound, -32768, 32767).astype("<i2").tobytes()
        await self.push_frame(InputAudioRawFrame(pcm, RATE, 1))
        await asyncio.sleep(CHUNK / RATE)

    def _of_the_bot(self, now: float, delay: float = 0.12) -> np.ndarray:
        """What comes back of the bot's voice through loudspeaker, room and microphone."""
        begin, length = now - delay, CHUNK / RATE
        back = np.zeros(int(length * BOT_RATE), dtype=np.float32)
        for at, pcm in self._told.heard[-20:]:
            offset = round((at - begin) * BOT_RATE)
            low, high = max(0, offset), min(len(back), offset + len(pcm))
            if low < high:
                back[low:high] = pcm[low - offset : high - offset]
        return (soxr.resample(back, BOT_RATE, RATE)[:CHUNK] * self._echo).astype(np.int32)


async def call(
    models: Models,
    script: Callable[[Caller], Awaitable[None]],
    answer: Sequence[Sentence] = (),
    *,
    after: float = 0.3,
    echo: float = 0.0,
    noise: np.ndarray | None = None,
) -> Told:
    """Holds a call in which the caller does as `script` says.

    answer: to every turn, `after` seconds after its end. echo: of the bot's voice, as a factor.
    noise: int16 at RATE, over and over.
    """
    loop, told = asyncio.get_running_loop(), Told()
    tell, ledgers, vad = Announcements("bench", loop.time), Ledgers(), LullVAD(models.voices, VAD)
    ear = _Ear(told)
    caller = Caller(ear, told, echo=echo, noise=noise)
    talk = Call(tell=tell, ledgers=ledgers, answers_ahead=True)
    pipeline = Pipeline(
        [
            caller,
            VADProcessor(vad_analyzer=vad),
            UserTurnProcessor(user_turn_strategies=turn_strategies(models.turns, lambda: vad.lull)),
            MoonshineSTT(models.recognizer, lambda: vad.lull),
            StateManager(talk, clock=loop.time),
            _Answerer(told, models.knowledge, answer, after),
            SpeechHold(tell, ledgers, clock=loop.time),
            ear,
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=RATE, audio_out_sample_rate=BOT_RATE),
        enable_turn_tracking=False,
        enable_rtvi=False,
        idle_timeout_secs=None,
        check_dangling_tasks=False,
    )
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def _(_worker: object, _frame: object) -> None:
        started.set()

    runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run())
    await started.wait()
    await caller.connect()
    await caller.waits(0.1)
    await script(caller)
    await worker.cancel()
    await running
    return told
