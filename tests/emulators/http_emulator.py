"""Emulators that speak HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.emulators.emulator import Asked, Emulator, Fault

GARBAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
_JSON = "application/json"


class Cut(ConnectionResetError):
    """The connection was cut, as the fault wants it."""


class HttpEmulator(Emulator):
    """Checks the key, keeps what was asked, fails as it is told; subclasses answer.

    tls: a folder with cert.pem and key.pem, for clients that speak nothing else.
    """

    def __init__(self, *, tls: Path | None = None) -> None:
        super().__init__()
        self._tls = _server_side(tls) if tls else None
        self._app = web.Application(middlewares=[self._guard])
        self._runner = web.AppRunner(self._app, shutdown_timeout=0)
        self._site: web.TCPSite | None = None
        self._port = 0
        self._came = threading.Event()
        self._connections: set[object] = set()
        self.routes(self._app.router)

    @property
    def connected(self) -> int:
        """How many connections requests have come over."""
        return len(self._connections)

    async def until_connected(self, count: int) -> None:
        """Waits for so many, at most 30 s."""
        async with asyncio.timeout(30):
            while self.connected < count:
                await asyncio.to_thread(self._came.wait, 0.01)

    def routes(self, router: web.UrlDispatcher) -> None:
        """Adds the paths that are answered."""
        raise NotImplementedError

    def key_of(self, request: web.Request) -> str:
        """The key that came with a request."""
        raise NotImplementedError

    def refusal(self, status: int) -> web.Response:
        """The provider's answer 401, 404, 429 or 500, as it words it."""
        raise NotImplementedError

    async def stream(
        self, request: web.Request, pieces: Iterable[bytes], end: bytes = b"", kind: str = _JSON
    ) -> web.StreamResponse:
        """Sends an answer piece by piece, then `end`; fails midway if it is to."""
        response = web.StreamResponse(headers={"Content-Type": kind, "Cache-Control": "no-cache"})
        await self.wait_for_first_byte()
        await response.prepare(request)
        for number, piece in enumerate(pieces):
            if number:
                await self.wait_for_next()
            match self.fails_at(number):
                case Fault.STALLED:
                    await self.hang()
                    return response
                case Fault.DROPPED:
                    self.cut(request)
                case Fault.ENDS_EARLY:
                    return response
                case _:
                    await response.write(piece)
        await response.write(end)
        return response

    def cut(self, request: web.Request) -> None:
        """Drops the connection without a word. Raises Cut."""
        if request.transport:
            request.transport.abort()
        raise Cut

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self._connections.add(request.protocol)
        self._came.set()
        self.asked.append(await _kept(request, self.key_of(request)))
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await handler(request)  # faults come later, on the open connection
        if not self.opens(self.key_of(request)):
            return self.refusal(401)
        match self.fault:
            case Fault.HUNG:
                await self.hang()
                return self.refusal(500)
            case Fault.TOO_MANY:
                return self.refusal(429)
            case Fault.BROKEN:
                return self.refusal(500)
            case Fault.GARBAGE:
                return web.Response(body=GARBAGE, content_type="text/html")
            case _:
                return await handler(request)

    async def _listen(self) -> None:
        if not self._runner.server:
            await self._runner.setup()
        self._site = web.TCPSite(
            self._runner, "127.0.0.1", self._port, ssl_context=self._tls, reuse_address=True
        )
        await self._site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    async def _stop_listening(self) -> None:
        if self._site:
            site, self._site = self._site, None
            await site.stop()
        server = self._runner.server
        for connection in list(server.connections) if server else []:
            if connection.transport:
                connection.transport.abort()

    async def _close(self) -> None:
        await self._stop_listening()
        await self._runner.cleanup()


async def _kept(request: web.Request, key: str) -> Asked:
    kind, body = request.content_type, None
    if kind == _JSON and request.can_read_body:
        body = await request.json()
    elif kind.startswith("multipart/"):
        body = {
            name: value.file.read() if isinstance(value, web.FileField) else value
            for name, value in (await request.post()).items()
        }
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(request.path, key, body, dict(request.query), headers)


def _server_side(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
