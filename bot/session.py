"""One session, from connect to hang-up."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from loguru import logger
from pipecat.frames.frames import EndFrame
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.transports.base_transport import BaseTransport
from pipecat.workers.runner import WorkerRunner

from bot.engine import Engine
from bot.pipeline import Parts, make_pipeline
from bot.settings import Settings
from conversation.announcements import Announcements
from conversation.call import Call
from conversation.desk import Desk
from conversation.machine import Conversation
from conversation.memory import Memory
from processors.ports import Journal, journal_nothing

_WORDS = frozenset({"text", "values", "offer", "reason", "summary"})  # of entries: the caller's


@dataclass(frozen=True)
class Past:
    """What a session that goes on had come to."""

    turn: int = 0
    memory: Memory = field(default_factory=Memory)


@dataclass
class Session:
    """A running pipeline with its call. `await run()` returns when the call is over."""

    id: str
    call: Call
    worker: PipelineWorker
    runner: WorkerRunner

    async def run(self) -> None:
        """Holds the call."""
        await self.runner.add_workers(self.worker)
        logger.bind(session=self.id).info("session_started")
        try:
            await self.runner.run()
        finally:
            logger.bind(session=self.id, turns=self.call.conversation.turn).info("session_ended")

    def end_with(self, transport: BaseTransport) -> None:
        """The call is over when the transport's client is gone."""

        @transport.event_handler("on_client_disconnected")
        async def _(_transport: BaseTransport, _client: object) -> None:
            await self.drop()

    async def hang_up(self) -> None:
        """Ends the call after what is being said."""
        await self.worker.queue_frame(EndFrame())

    async def drop(self) -> None:
        """Ends the call at once."""
        await self.worker.cancel()


def open_session(
    engine: Engine,
    settings: Settings,
    parts: Parts,
    transport_in: FrameProcessor,
    transport_out: FrameProcessor,
    *,
    session_id: str | None = None,
    greet: bool = True,
    sample_rate: int = 24000,
    journal: Journal = journal_nothing,
    rtvi: bool = False,
    past: Past | None = None,
    resume_token: str = "",
) -> Session:
    """Builds the pipeline of one session around a transport. past: if it goes on."""
    past = past or Past()
    session_id = session_id or secrets.token_urlsafe(12)
    journal = journal if settings.store_transcripts else _without_words(journal)
    call = Call(
        tell=Announcements(session_id, time.time),
        greeting=engine.persona.greeting if greet else "",
        apology=engine.persona.apology,
        sample_rate=sample_rate,
        resume_token=resume_token,
        conversation=Conversation(turn=past.turn),
        memory=past.memory,
        desk=Desk(engine.persona, engine.plans, engine.sure_from, session_id, datetime.now),
    )
    parts = replace(
        parts,
        journal=journal,
        deliver=partial(engine.webhooks.deliver, session_id=session_id, journal=journal),
        merge_patience=settings.merge_patience_ms / 1000,
    )
    pipeline = make_pipeline(engine, call, parts, transport_in, transport_out, clock=time.monotonic)
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=16000, audio_out_sample_rate=sample_rate),
        enable_rtvi=rtvi,
        enable_turn_tracking=False,
        idle_timeout_secs=settings.idle_seconds,
        check_dangling_tasks=False,
    )
    runner = WorkerRunner(handle_sigint=False, check_dangling_tasks=False)
    return Session(session_id, call, worker, runner)


def _without_words(journal: Journal) -> Journal:
    def keep(entry: Mapping[str, Any]) -> None:
        journal({name: value for name, value in entry.items() if name not in _WORDS})

    return keep
