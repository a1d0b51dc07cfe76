"""What the server logs: one event a line, for programs or for people."""

import asyncio
import io
import json
import logging
import socket
import sys
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi import FastAPI, Response, WebSocket
from loguru import logger
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bot.telemetry.current import Current, current
from bot.telemetry.logs import set_up_logs


class Traced:
    """A trace, as far as logs know one."""

    id = "0af7651916cd43dd8448eb211c80319c"

    def headers(self, turn: int) -> dict[str, str]:
        return {}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    yield io.StringIO()
    logger.remove()
    logger.configure(extra={}, patcher=None)
    logger.add(sys.__stderr__ or sys.stderr)


def test_a_line_for_programs_says_which_call_and_turn_it_is_about(stream: io.StringIO):
    """Without whoever logs having to know; what it knows better goes before."""
    set_up_logs("INFO", to=stream, form="auto")
    logger.bind(sessions=0).info("draining")
    before = current.set(Current("s-1", "telephone", 3, Traced()))
    logger.bind(voice_to_voice_ms=412.0).info("turn_complete")
    logger.bind(turn=2).warning("retrieval_failed")
    current.reset(before)
    alone, complete, failed = map(json.loads, stream.getvalue().splitlines())
    assert {"session", "turn", "trace_id"} & set(alone) == set()
    assert alone["sessions"] == 0
    del complete["time"]
    assert complete == {
        "level": "INFO", "event": "turn_complete", "session": "s-1", "turn": 3,
        "trace_id": Traced.id, "door": "telephone", "voice_to_voice_ms": 412.0,
        "source": __name__,
    }  # fmt: skip
    assert (failed["turn"], failed["session"], failed["level"]) == (2, "s-1", "WARNING")


@pytest.fixture
def libraries(stream: io.StringIO) -> Iterator[None]:
    """What they log comes as JSON."""
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    set_up_logs("INFO", to=stream, form="json")
    yield
    root.handlers = handlers


@pytest.mark.usefixtures("libraries")
def test_an_error_is_one_line_with_its_traceback(stream: io.StringIO):
    """And what other libraries log is in the same form."""
    try:
        raise ValueError("broken {braces}")
    except ValueError:
        logging.getLogger("somebody.else").exception("it %s", "{failed}")
    (line,) = map(json.loads, stream.getvalue().splitlines())
    assert (line["event"], line["source"]) == ("it {failed}", "somebody.else")
    assert "ValueError: broken {braces}" in line["exception"]


@pytest.mark.usefixtures("libraries")
async def test_a_websocket_that_is_refused_with_an_answer_is_no_error(stream: io.StringIO):
    """Whoever floods a door with wrong keys fills no log with errors."""
    app = FastAPI()

    @app.websocket("/")
    async def _door(websocket: WebSocket) -> None:
        await websocket.send_denial_response(Response(status_code=401))

    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        with pytest.raises(InvalidStatus, match="401"):
            await connect(f"ws://127.0.0.1:{listener.getsockname()[1]}/")
        server.should_exit = True
        await serving
    assert "ERROR" not in stream.getvalue()


def test_a_line_for_people_has_the_fields_too(stream: io.StringIO):
    """In a terminal."""
    set_up_logs("INFO", to=stream, form="text")
    logger.bind(session="s-2", provider="groq", fault="timeout").warning("provider_failed")
    (line,) = stream.getvalue().splitlines()
    assert line.split()[1:] == [
        "WARNING",
        "s-2",
        "provider_failed",
        "provider=groq",
        "fault=timeout",
    ]
