"""`runner.py serve`."""

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop
from loguru import logger

from bot.cycles import keep_collections_short
from bot.serving import drop_dead_peers
from bot.settings import CannotStart, Settings, read_settings
from bot.store import Keeping, open_store
from bot.telemetry.logs import set_up_logs
from bot.tls import Certificates
from bot.workers.supervisor import Supervisor, Told

if TYPE_CHECKING:
    import uvicorn

    from bot.engine import Engine


def run(**options: str | int | Path | None) -> None:
    """Serves until it is told to stop. options: settings of the command line; None: not given."""
    given = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in options.items()
        if value is not None
    }
    settings = read_settings(**given)
    if settings.tls_cert and settings.tls_key:
        Certificates(settings.tls_cert, settings.tls_key)  # before anything else is started
    set_up_logs(settings.log_level, to=sys.stdout, form=settings.log_format)
    listener = _listen(settings)
    if settings.workers == 1:
        uvloop.run(_serve(settings, listener))
    elif code := uvloop.run(Supervisor(settings, listener, given, sys.argv[0]).run()):
        sys.exit(code)


def run_worker(text: str) -> None:
    """Serves as one of several. text: of `Told`."""
    told = Told.read(text)
    settings = read_settings(**told.settings)
    set_up_logs(settings.log_level)
    uvloop.run(_serve(settings, socket.socket(fileno=told.listener), told))


async def _serve(settings: Settings, listener: socket.socket, told: Told | None = None) -> None:
    """The page is there while the models load; a call waits for them, a moment."""
    from bot.server import make_app
    from bot.serving import make_server

    url = told.store if told and told.store else settings.redis_url
    store = await open_store(url, settings.data, Keeping.of(settings))
    loading = asyncio.create_task(asyncio.to_thread(_load, settings))
    app = make_app(settings, loading, store)
    app.state.place = place = told.place(app.state.calls, loading.done) if told else None
    server = make_server(app, settings, place)
    loading.add_done_callback(lambda task: _loaded(task, server))
    if told:
        _stop_with_supervisor(server)
    else:
        scheme = "https" if settings.tls_cert else "http"
        logger.info("serving {}://{}:{}", scheme, _shown(settings.host), settings.port)
    await server.serve(sockets=[listener])
    await loading


def _stop_with_supervisor(server: "uvicorn.Server") -> None:
    """Standard input ends when the supervisor does, however that happens."""
    loop = asyncio.get_running_loop()
    stdin = sys.stdin.fileno()

    def ended() -> None:
        if not os.read(stdin, 1024):
            loop.remove_reader(stdin)
            logger.warning("supervisor_gone")
            server.should_exit = True

    loop.add_reader(stdin, ended)


def _loaded(task: "asyncio.Task[Engine]", server: "uvicorn.Server") -> None:
    if task.cancelled() or task.exception():
        server.should_exit = True
    else:
        keep_collections_short()
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
    drop_dead_peers(listener)
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
