"""The pipeline, as one list that reads like the path of a turn."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import InputAudioRawFrame, OutputAudioRawFrame
from pipecat.pipeline.parallel_pipeline import ParallelPipeline
from pipecat.pipeline.pipeline import Pipeline
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.turns.user_turn_processor import UserTurnProcessor

from bot.engine import Engine
from bot.recording.recorder import Recorder
from bot.services.local.lulls import LullVAD
from conversation.call import Call
from conversation.ledger import Ledgers
from processors.client_messages import ClientMessages
from processors.first_piece import FirstPiece
from processors.frames import Script
from processors.heard_before import HeardBefore
from processors.intent import IntentProcessor
from processors.keypad import KeypadTurns
from processors.last_sound import LastSound
from processors.ledger import LedgerTap
from processors.line_gaps import LineGaps
from processors.merge import Merge
from processors.pick_up import PickUp, Placed
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
from processors.retrieval import Read, RetrievalProcessor
from processors.server_messages import ServerMessages
from processors.sound_tap import SoundTap
from processors.speech_hold import SpeechHold
from processors.state_manager import StateManager
from processors.text_only import TextOnlySpeech
from processors.then_ask import ThenAsk
from processors.turn_detection import turn_strategies
from processors.typed_turns import TypedTurns
from processors.unanswered import Unanswered
from processors.uncited import Uncited
from transports.twilio.marks import EVERY_SECONDS as MARK_EVERY

_LIFE_SECONDS = 0.5  # between two signs that the caller still speaks
# Silero marks speech; a gate of volume would drop quiet telephone callers.
VAD = VADParams(confidence=0.6, start_secs=0.1, stop_secs=0.2, min_volume=0.0)


@dataclass(frozen=True)
class Parts:
    """The replaceable parts of a pipeline: a test passes scripted ones.

    read: the answerer's part that is done ahead, while the caller still speaks; reads_all: and at
    the end of a turn, where it was not.
    rtvi: whether the client is one of Pipecat's SDKs, or understands them. cuts: whether a short
    text is spoken sooner than a long one. partials: whether words are told while the caller speaks.
    """

    ears: tuple[FrameProcessor, ...]
    llm: FrameProcessor
    tts: FrameProcessor
    ledgers: Ledgers = field(default_factory=Ledgers)
    read: Read | None = None
    reads_all: bool = False
    journal: Journal = journal_nothing
    count: Counter = field(default=count_nothing)
    deliver: Deliver = field(default=deliver_nowhere)
    lively: Callable[[], None] = lambda: None
    merge_patience: float = 0.15
    keypad: bool = False
    rtvi: bool = False
    cuts: bool = False
    partials: bool = True
    late: float = 0.0  # seconds from when audio leaves the hold until it leaves the door
    reports_every: float | None = None  # seconds of audio, of which the client tells what it heard
    transfer: HandOver | None = None
    placed: Placed | None = None
    recorder: Recorder | None = None
    unanswered: Callable[[int], None] = lambda _turn: None


def spoken_parts(engine: Engine, late: float = 0.0) -> Parts:
    """What a call uses: it hears and it speaks. late: seconds by which its door is."""
    speech = engine.speech
    if speech is None:
        raise ValueError("this engine has no speech: use load_engine, not load_knowledge")
    vad, services, ledgers = LullVAD(speech.voices, VAD), engine.services, Ledgers()
    return Parts(
        ears=(
            VADProcessor(
                vad_analyzer=vad, speech_activity_period=_LIFE_SECONDS, enable_direct_mode=True
            ),
            UserTurnProcessor(
                user_turn_strategies=turn_strategies(speech.turns, lambda: vad.lull),
                enable_direct_mode=True,
            ),
            LastSound(ledgers, clock=time.monotonic, late=late),
            services.ears(lambda: vad.lull, ledgers),
        ),
        llm=services.mind(engine.persona, ledgers),
        tts=services.mouth(ledgers),
        ledgers=ledgers,
        read=engine.answerer.ahead,
        reads_all=services.writes,
        cuts=services.speaks_here,
        partials=services.hears_partials,
    )


def transcribed_parts(engine: Engine) -> Parts:
    """What a call uses whose client hears for itself: it only speaks."""
    parts = written_parts(engine)
    return replace(
        parts,
        ears=(ClientMessages(clock=time.monotonic),),
        keypad=True,
        tts=engine.services.mouth(parts.ledgers),
        read=engine.answerer.ahead,
        cuts=engine.services.speaks_here,
    )


def streamed_parts(engine: Engine) -> Parts:
    """What a call uses that hears and speaks, and whose client tells more than audio."""
    parts, clock = spoken_parts(engine), time.monotonic
    ears = (ClientMessages(clock=clock), LineGaps(clock=clock), *parts.ears)
    return replace(parts, ears=ears, keypad=True)


def rtvi_parts(engine: Engine, late_in: float = 0.0, late_out: float = 0.0) -> Parts:
    """What a call uses whose client knows RTVI, our page or one of Pipecat's SDKs."""
    return replace(spoken_parts(engine, late_in), keypad=True, rtvi=True, late=late_out)


def phone_parts(engine: Engine, transfer: HandOver, placed: Placed | None = None) -> Parts:
    """What a telephone call uses. transfer: connects it with a person. placed: if we call."""
    parts = streamed_parts(engine)
    return replace(parts, transfer=transfer, placed=placed, reports_every=MARK_EVERY)


def written_parts(engine: Engine) -> Parts:
    """What a conversation in text uses."""
    services, ledgers = engine.services, Ledgers()
    return Parts(
        ears=(),
        ledgers=ledgers,
        llm=services.mind(engine.persona, ledgers),
        tts=TextOnlySpeech(),
        read=engine.answerer.ahead if services.writes else None,
        reads_all=services.writes,
    )


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
    tell, ledgers, embed, record = call.tell, call.ledgers, engine.embed, parts.recorder

    def progress(turn: int, script: Script, heard: str, hangs_up: bool) -> None:
        text = script.text if script.whole else ""
        for entry in call.speech_progress(turn, text, heard, then_hang_up=hangs_up):
            parts.journal(entry)

    return Pipeline(
        [
            transport_in,
            *([SoundTap(InputAudioRawFrame, record.heard)] if record else []),
            *parts.ears,
            *([PickUp(parts.placed, tell, journal=parts.journal)] if parts.placed else []),
            *([KeypadTurns(lambda: call.desk.collects, clock=clock)] if parts.keypad else []),
            *([TypedTurns()] if parts.rtvi else []),
            StateManager(
                call,
                clock=clock,
                journal=parts.journal,
                count=parts.count,
                deliver=parts.deliver,
                hand_over=parts.transfer,
                lively=parts.lively,
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
                        read=parts.read,
                        reads_all=parts.reads_all,
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
                count=parts.count,
            ),
            parts.llm,
            Uncited(engine.persona.unknown),
            ThenAsk(engine.persona.offer),
            HeardBefore(),
            FirstPiece(cuts=parts.cuts),
            Unanswered(engine.persona.admissions, parts.unanswered),
            LedgerTap(tell, ledgers, clock=clock, count=parts.count),
            parts.tts,
            SpeechHold(
                tell,
                ledgers,
                clock=clock,
                reports_every=parts.reports_every,
                progress=progress,
                late=parts.late,
            ),
            *([ServerMessages()] if parts.rtvi else []),
            transport_out,
            *([SoundTap(OutputAudioRawFrame, record.said)] if record else []),
        ]
    )
