"""Serves Pipecat's example pipeline at ws://127.0.0.1:PORT/ (see `raw_pcm`).

python -m benchmarks.peer --port PORT [--answer TEXT] [--hosted] [--calls N]

--hosted: services as Turnwise's settings name them in the environment, none on this machine.
GET /health/ready says {"ready": true} once calls are taken, and how many there are.
"""

import argparse
import asyncio
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

from benchmarks.peer.pipeline import (
    Services,
    example_pipeline,
    hosted_services,
    local_services,
)
from benchmarks.peer.raw_pcm import RATE, RawPcm
from bot.services.local.hibari import Voice
from bot.settings import read_settings

ANSWER = "The application fee for first-year applicants is sixty dollars."


async def hold(websocket: WebSocket, services: Services) -> None:
    """One call, until the client is gone."""
    params = FastAPIWebsocketParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_in_sample_rate=RATE,
        audio_out_sample_rate=RATE,
        serializer=RawPcm(),
        allowed_origins=[],
    )
    transport = FastAPIWebsocketTransport(websocket, params)
    worker = PipelineWorker(
        example_pipeline(transport, services),
        params=PipelineParams(enable_metrics=True, enable_usage_metrics=True),
    )

    @transport.event_handler("on_client_disconnected")
    async def _(_transport: object, _client: object) -> None:
        await worker.cancel()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    await runner.run()


def make_app(answer: str, *, hosted: bool, calls: int) -> FastAPI:
    """calls: how many are taken at once; more are closed with 1013."""
    app = FastAPI()
    voice, settings = None if hosted else Voice(), read_settings()
    if voice:
        voice.warm()
    held = 0

    @app.get("/health/ready")
    async def _() -> dict[str, Any]:
        return {"ready": True, "calls": held}

    @app.websocket("/")
    async def _(websocket: WebSocket) -> None:
        nonlocal held
        await websocket.accept()
        if held == calls:
            await websocket.close(1013)
            return
        held += 1
        try:
            services = local_services(voice, answer) if voice else hosted_services(settings)
            await hold(websocket, services)
        finally:
            held -= 1

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--answer", default=ANSWER)
    parser.add_argument("--hosted", action="store_true")
    parser.add_argument("--calls", type=int, default=64)
    given = parser.parse_args()
    logger.remove()
    app = make_app(given.answer, hosted=given.hosted, calls=given.calls)
    config = uvicorn.Config(app, host="127.0.0.1", port=given.port, log_level="warning")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


if __name__ == "__main__":
    main()
