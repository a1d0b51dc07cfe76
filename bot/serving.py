"""The HTTP server around the application, with its limits."""

import asyncio
import socket
import ssl
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from loguru import logger
from uvicorn.config import STARTUP_FAILURE

from bot.calls import Calls
from bot.patience import patient
from bot.settings import Settings
from bot.tls import Certificates
from bot.workers.accepting import Accepting
from bot.workers.place import Place

STOPS_WITHIN = 3  # seconds, for what is being answered
LONGEST_HEADER = 32 * 1024  # bytes of a request's header

PEER_SECONDS = 60  # for a peer to take what was sent; then the system gives it up


class DrainingServer(uvicorn.Server):
    """Lets calls end, or hands them over, before uvicorn drops their connections."""

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        tls: ssl.SSLContext | None,
        seconds: int,
        drain: int,
        place: Place | None = None,
    ) -> None:
        """seconds: for the handshake of TLS. drain: for calls under way to end by themselves.

        place: among other workers that listen on the same socket.
        """
        super().__init__(config)
        self._tls, self._seconds, self._drain, self._place = tls, seconds, drain, place
        self._at_once = asyncio.Event()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal drains, the second ends what is left, a third waits for nothing."""
        if self._at_once.is_set():
            self.force_exit = True
        if self.should_exit:
            self._loop.call_soon_threadsafe(self._at_once.set)
        self._captured_signals.append(sig)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, which has no way to say how long a handshake may take."""
        self._loop = asyncio.get_running_loop()
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise SystemExit(STARTUP_FAILURE)
        self.servers: list[Any] = [await self._listen(listener) for listener in sockets or ()]
        self.started = True

    async def _listen(self, listener: socket.socket) -> asyncio.Server | Accepting:
        if self._place is None:
            return await asyncio.get_running_loop().create_server(
                self._protocol,
                sock=listener,
                ssl=self._tls,
                ssl_handshake_timeout=self._seconds if self._tls else None,
                backlog=self.config.backlog,
            )
        its_turn = self._place.its_turn
        taking = Accepting(listener, self._protocol, self._tls, self._seconds, its_turn)
        self._place.connections = lambda: len(taking) + len(self.server_state.connections)
        taking.start()
        return taking

    def _protocol(self) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        return make(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answers 503 to new calls while those under way end, and then stops."""
        calls: Calls = self.config.app.state.calls  # type: ignore[union-attr]
        if len(calls):
            logger.bind(calls=len(calls), seconds=self._drain).info("draining")
        await calls.drain(self._drain, now=self._at_once)
        await super().shutdown(sockets)


def drop_dead_peers(listener: socket.socket) -> None:
    """Connections whose peer takes nothing any more end, though nobody closes them."""
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # not on macOS, where keep-alive has to do
        patience = PEER_SECONDS * 1000
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)


def make_server(app: FastAPI, settings: Settings, place: Place | None = None) -> DrainingServer:
    """A server that drops whoever takes too long to say what they want, or says too much.

    Raises CannotStart if there are a certificate and a key that can't be used.
    """
    tls = None
    if settings.tls_cert and settings.tls_key:
        tls = Certificates(settings.tls_cert, settings.tls_key).context()
    config = uvicorn.Config(
        app,
        http=patient(settings.handshake_seconds),
        log_level="warning",
        log_config=None,  # its lines are like ours
        access_log=False,  # addresses may carry tokens
        lifespan="on",
        timeout_graceful_shutdown=STOPS_WITHIN,
        ws_max_size=settings.max_message_bytes,
        ws_per_message_deflate=False,  # audio gets no smaller, and each call pays for trying
        h11_max_incomplete_event_size=LONGEST_HEADER,
        proxy_headers=False,  # the application's own middleware knows whom to trust
        server_header=False,
    )
    seconds, drain = settings.handshake_seconds, settings.drain_seconds
    return DrainingServer(config, tls=tls, seconds=seconds, drain=drain, place=place)
