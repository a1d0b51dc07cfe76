"""`runner.py serve`."""

import asyncio
import socket
from typing import TYPE_CHECKING

import uvicorn
import uvloop
from loguru import logger

from bot.settings import CannotStart, Settings, read_settings
from bot.store import open_store
from bot.telemetry.logs import set_up_logs

if TYPE_CHECKING:
    from bot.engine import Engine


def run(*, host: str | None, port: int | None) -> None:
    """Serves until it is told to stop."""
    settings = read_settings(host=host, port=port)
    set_up_logs(settings.log_level)
    listener = _listen(settings)
    uvloop.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    """The page is there while the models load; a call waits for them, a moment."""
    from bot.server import make_app

    store = await open_store(settings.redis_url, settings.data, settings.session_ttl_seconds)
    loading = asyncio.create_task(asyncio.to_thread(_load, settings))
    app = make_app(settings, loading, store)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=3)
    )
    loading.add_done_callback(lambda task: _loaded(task, server))
    logger.info("serving http://{}:{}", _shown(settings.host), settings.port)
    await server.serve(sockets=[listener])
    await loading


def _loaded(task: "asyncio.Task[Engine]", server: uvicorn.Server) -> None:
    if task.cancelled() or task.exception():
        server.should_exit = True
    else:
        logger.info("ready for calls")


def _load(settings: Settings) -> "Engine":
    from bot.engine import load_engine

    return load_engine(settings)


def _shown(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "::1", "localhost") else host


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            [
                f"{settings.host}:{settings.port} cannot be listened on ({error.strerror}): stop "
                "what uses it, or set TURNWISE_PORT to another port."
            ]
        ) from None
    return listener
