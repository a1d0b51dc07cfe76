"""The door that Pipecat's evaluation harness comes in by: JSON messages over a WebSocket."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from pipecat.evals.fastapi_transport import EvalFastAPIWebsocketTransport
from pipecat.evals.serializer import EvalConnectionFlags, EvalSerializer, parse_eval_connect
from pipecat.evals.transport import EvalTransportParams
from pipecat.frames.frames import Frame, InputAudioRawFrame
from pipecat.pipeline.pipeline import Pipeline

from bot.engine import Engine
from bot.opening import open_session
from bot.pipeline import Parts, rtvi_parts
from bot.scripted.reports import CallReports
from bot.settings import Settings
from processors.text_only import TextOnlySpeech
from transports.audio import HEARS_AT, both_ways

SPEAKS_AT = 24000


class HarnessSerializer(EvalSerializer):
    """Pipecat's; and the caller's sound, of HEARS_AT, goes the way of every other caller's."""

    async def deserialize(self, data: str | bytes) -> Frame | None:
        match json.loads(data):
            case {"type": "raw-audio", "data": {"base64Audio": str(audio), "sampleRate": rate}}:
                if rate != HEARS_AT:
                    raise ValueError(f"`sample_rate` of a script's `speech` must be {HEARS_AT}.")
                return InputAudioRawFrame(base64.b64decode(audio), HEARS_AT, 1)
            case _:
                return await super().deserialize(data)


@asynccontextmanager
async def served(engine: Engine, settings: Settings) -> AsyncGenerator[str]:
    """Its address, on a free port of loopback; nobody else can know it before the end."""
    app = FastAPI()
    app.state.engine, app.state.settings = engine, settings
    app.add_api_websocket_route("/ws", _ws)
    config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False)
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield f"ws://127.0.0.1:{listener.getsockname()[1]}/ws"
        finally:
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves Ctrl-C to the command that runs it."""

    def install_signal_handlers(self) -> None:
        return


async def _ws(websocket: WebSocket) -> None:
    engine: Engine = websocket.app.state.engine
    settings: Settings = websocket.app.state.settings
    await websocket.accept()
    try:
        flags = parse_eval_connect(json.loads(await websocket.receive_text()))
    except WebSocketDisconnect:  # only looked whether somebody listens
        return
    spoken = flags is None or not flags.skip_tts
    transport = _transport(websocket, flags or EvalConnectionFlags())
    session = open_session(
        engine,
        settings,
        _parts(engine, spoken=spoken),
        transport.input(),
        Pipeline([CallReports(spoken=spoken), transport.output()]),
        greet=spoken,
        sample_rate=SPEAKS_AT,
    )
    session.end_with(transport)
    await session.run()


def _parts(engine: Engine, *, spoken: bool) -> Parts:
    parts = rtvi_parts(engine)
    return parts if spoken else replace(parts, tts=TextOnlySpeech())


def _transport(websocket: WebSocket, flags: EvalConnectionFlags) -> EvalFastAPIWebsocketTransport:
    sound: dict[str, Any] = both_ways(SPEAKS_AT)
    return EvalFastAPIWebsocketTransport(
        websocket, EvalTransportParams(**sound, serializer=HarnessSerializer()), flags
    )
