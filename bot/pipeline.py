"""The pipeline, as one list that reads like the path of a turn."""

import time
from dataclasses import dataclass, field, replace

from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.pipeline.parallel_pipeline import ParallelPipeline
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_turn_processor import UserTurnProcessor

from bot.engine import Engine
from bot.services.local.grounded import GroundedLLM
from bot.services.local.hibari import HibariTTS
from bot.services.local.lulls import LullVAD
from bot.services.local.moonshine import MoonshineSTT
from conversation.call import Call
from processors.client_messages import ClientMessages
from processors.intent import IntentProcessor
from processors.keypad import KeypadTurns
from processors.ledger import LedgerTap
from processors.line_gaps import LineGaps
from processors.merge import Merge
from processors.ports import (
    Clock,
    Counter,
    Deliver,
    HandOver,
    Journal,
    count_nothing,
    deliver_nowhere,
    journal_nothing,
)
from processors.retrieval import RetrievalProcessor
from processors.speech_hold import SpeechHold
from processors.state_manager import StateManager
from processors.text_only import TextOnlySpeech
from processors.then_ask import ThenAsk
from processors.turn_detection import turn_strategies

# Silero marks speech; the volume gate of Pipecat's default would drop quiet telephone callers.
VAD = VADParams(confidence=0.6, start_secs=0.2, stop_secs=0.2, min_volume=0.3)


@dataclass(frozen=True)
class Parts:
    """The replaceable parts of a pipeline: a test passes scripted ones."""

    ears: tuple[FrameProcessor, ...]
    llm: FrameProcessor
    tts: FrameProcessor
    journal: Journal = journal_nothing
    count: Counter = field(default=count_nothing)
    deliver: Deliver = field(default=deliver_nowhere)
    merge_patience: float = 0.15
    keypad: bool = False
    transfer: HandOver | None = None


def spoken_parts(engine: Engine) -> Parts:
    """What a call uses: it hears and it speaks."""
    speech = engine.speech
    if speech is None:
        raise ValueError("this engine has no speech: use load_engine, not load_knowledge")
    vad = LullVAD(VAD)
    return Parts(
        ears=(
            VADProcessor(vad_analyzer=vad),
            UserTurnProcessor(user_turn_strategies=turn_strategies(speech.turns)),
            MoonshineSTT(speech.recognizer, lambda: vad.lull),
        ),
        llm=GroundedLLM(engine.answerer, engine.persona),
        tts=HibariTTS(speech.voice),
    )


def transcribed_parts(engine: Engine) -> Parts:
    """What a call uses whose client hears for itself: it only speaks."""
    speech = engine.speech
    if speech is None:
        raise ValueError("this engine has no speech: use load_engine, not load_knowledge")
    return Parts(
        ears=(ClientMessages(clock=time.monotonic),),
        keypad=True,
        llm=GroundedLLM(engine.answerer, engine.persona),
        tts=HibariTTS(speech.voice),
    )


def streamed_parts(engine: Engine) -> Parts:
    """What a call uses that hears and speaks, and whose client tells more than audio."""
    parts, clock = spoken_parts(engine), time.monotonic
    ears = (ClientMessages(clock=clock), LineGaps(clock=clock), *parts.ears)
    return replace(parts, ears=ears, keypad=True)


def phone_parts(engine: Engine, transfer: HandOver) -> Parts:
    """What a telephone call uses. transfer: connects it with a person."""
    return replace(streamed_parts(engine), transfer=transfer)


def written_parts(engine: Engine) -> Parts:
    """What a conversation in text uses."""
    return Parts(ears=(), llm=GroundedLLM(engine.answerer, engine.persona), tts=TextOnlySpeech())


def make_pipeline(
    engine: Engine,
    call: Call,
    parts: Parts,
    transport_in: FrameProcessor,
    transport_out: FrameProcessor,
    *,
    clock: Clock,
) -> Pipeline:
    """The path of a turn, from the caller's first sound to the last of the answer."""
    tell, ledgers, embed = call.tell, call.ledgers, engine.embed
    return Pipeline(
        [
            transport_in,
            *parts.ears,
            *([KeypadTurns(lambda: call.desk.collects, clock=clock)] if parts.keypad else []),
            StateManager(
                call,
                clock=clock,
                journal=parts.journal,
                count=parts.count,
                deliver=parts.deliver,
                hand_over=parts.transfer,
            ),
            ParallelPipeline(
                [IntentProcessor(engine.classifier, embed, tell, ledgers, clock=clock)],
                [
                    RetrievalProcessor(
                        engine.search,
                        embed,
                        tell,
                        ledgers,
                        clock=clock,
                        version=engine.documents_version,
                        count=parts.count,
                    )
                ],
            ),
            Merge(
                engine.persona,
                tell,
                ledgers,
                clock=clock,
                desk=call.desk,
                patience=parts.merge_patience,
            ),
            parts.llm,
            ThenAsk(engine.persona.unknown),
            LedgerTap(ledgers, clock=clock),
            parts.tts,
            SpeechHold(tell, ledgers, clock=clock),
            transport_out,
        ]
    )
