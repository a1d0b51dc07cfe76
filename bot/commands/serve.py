"""`runner.py serve`."""

import asyncio
import socket

import uvicorn
import uvloop
from loguru import logger

from bot.settings import CannotStart, Settings, read_settings
from bot.telemetry.logs import set_up_logs


def run(*, host: str | None, port: int | None) -> None:
    """Serves until it is told to stop."""
    settings = read_settings(host=host, port=port)
    set_up_logs(settings.log_level)
    listener = _listen(settings)
    uvloop.run(_serve(settings, listener))


async def _serve(settings: Settings, listener: socket.socket) -> None:
    from bot.engine import load_engine, warm
    from bot.server import make_app
    from bot.store import open_store

    store = await open_store(settings.redis_url, settings.data, settings.session_ttl_seconds)
    try:
        engine = await asyncio.to_thread(load_engine, settings)
        await asyncio.to_thread(warm, engine)
        app = make_app(settings, engine, store)
    except BaseException:
        await store.close()
        raise
    config = uvicorn.Config(
        app, log_level="warning", lifespan="on", timeout_graceful_shutdown=3, ws="websockets"
    )
    logger.info("serving http://{}:{}", _shown(settings.host), settings.port)
    await uvicorn.Server(config).serve(sockets=[listener])


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
