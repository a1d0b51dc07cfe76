"""Builds a session: a call, the pipeline around its transport, and who looks on."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.workers.runner import WorkerRunner

from bot.came_by import UNKNOWN, CameBy
from bot.engine import Engine
from bot.journals import announced, kept, recorder_of, unanswered_by
from bot.liveness import Liveness
from bot.pipeline import Parts, make_pipeline
from bot.session import Hear, Session, hear_nobody
from bot.settings import Settings
from bot.telemetry.watching import Watched, by_nobody
from conversation.ahead import Searching
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.desk import Desk
from conversation.telling import begun
from processors.ports import Journal, each_of, journal_nothing
from processors.rtvi import ClientRTVI


def open_session(
    engine: Engine,
    settings: Settings,
    parts: Parts,
    transport_in: FrameProcessor,
    transport_out: FrameProcessor,
    *,
    session_id: str | None = None,
    greet: bool = True,
    greeting: str = "",
    sample_rate: int = 24000,
    journal: Journal = journal_nothing,
    hear: Hear = hear_nobody,
    watched: Watched = by_nobody,
    past: Mapping[str, Any] | None = None,
    resume_token: str = "",
    language: str = "en",
    came: CameBy = UNKNOWN,
) -> Session:
    """Builds the pipeline of one session around a transport.

    greeting: instead of the persona's. hear: who else may tell it something. watched: who looks on.
    past: the context that it goes on with.
    """
    session_id = session_id or secrets.token_urlsafe(12)
    greeting = announced(settings, (greeting or engine.persona.greeting) if greet else "")
    recorder = recorder_of(settings, came, session_id, greeting)
    watch = watched(session_id, past)
    journal = watch.journal(kept(settings, journal, recorder))
    tell = Announcements(session_id, time.time)
    call = Call(
        tell=tell,
        greeting=greeting,
        apology=engine.persona.apology,
        goodbye=engine.persona.goodbye,
        one_moment=engine.persona.one_moment,
        sample_rate=sample_rate,
        resume_token=resume_token,
        language=language,
        kept=past,
        ledgers=parts.ledgers,
        answers_ahead=settings.answers_ahead,
        partials=parts.partials,
        searching=Searching(engine.spare),
        desk=Desk(engine.persona, engine.plans, engine.sure_from, session_id, datetime.now),
    )
    journal({**begun(tell, call.conversation).entry, "door": came.door})
    parts = replace(
        engine.extend(parts),
        journal=journal,
        count=each_of(parts.count, watch.count),
        lively=(lively := Liveness(settings.idle_seconds, time.monotonic)),
        deliver=partial(engine.webhooks.deliver, session_id=session_id, journal=journal),
        merge_patience=settings.merge_patience_ms / 1000,
        recorder=recorder,
        unanswered=unanswered_by(call, journal, came.owner),
    )
    pipeline = make_pipeline(engine, call, parts, transport_in, transport_out, clock=time.monotonic)
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(
            audio_in_sample_rate=16000,
            audio_out_sample_rate=sample_rate,
            enable_metrics=parts.rtvi,  # such clients are told
        ),
        enable_rtvi=parts.rtvi,
        rtvi_processor=ClientRTVI() if parts.rtvi else None,
        enable_turn_tracking=False,
        idle_timeout_secs=None,  # Pipecat's watch looks at every frame in every processor
        check_dangling_tasks=False,
    )
    runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
    seconds, warm = settings.max_call_seconds, engine.services.warm
    return Session(session_id, call, worker, runner, seconds, hear, watch, warm, lively, recorder)
