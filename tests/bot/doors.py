"""A real server in this event loop, and what comes over its socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, Any

import uvicorn
from fastapi import Depends, FastAPI, WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bot.entry import Visitor, let_in
from bot.server import make_app
from bot.services.registry import Services
from bot.serving import make_server
from bot.settings import Settings
from bot.store import SessionStore


@dataclass
class Doors:
    """A server that listens, with a WebSocket `/door` that tells who came in."""

    app: FastAPI
    port: int
    server: uvicorn.Server
    serving: asyncio.Task[None]

    def url(self, path: str, *, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    async def come_in(self, path: str = "/door", **headers: str) -> str:
        """Who we are to the server; or the status and the words of its refusal."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            async with connect(self.url(path, scheme="ws"), additional_headers=named) as line:
                return str(await line.recv())
        except InvalidStatus as refusal:
            return f"{refusal.response.status_code} {bytes(refusal.response.body).decode()}"

    async def refusal(self, path: str = "/door", **headers: str) -> tuple[int, dict[str, str]]:
        """The status and the headers (in lower case) of a refusal to let us in."""
        try:
            async with connect(self.url(path, scheme="ws"), additional_headers=headers):
                return 101, {}
        except InvalidStatus as refusal:
            answer = refusal.response
            return answer.status_code, {k.lower(): v for k, v in answer.headers.raw_items()}


@asynccontextmanager
async def doors(
    store: SessionStore, loaded: object | None = None, **given: Any
) -> AsyncIterator[Doors]:
    """Serves on a free port of loopback until the end. loaded: the engine, if it is used."""
    given = {"drain_seconds": 0, **given}
    settings = Settings(_env_file=None, port=1, **given)  # type: ignore[call-arg]
    engine = asyncio.get_running_loop().create_future()
    engine.set_result(loaded or SimpleNamespace(services=Services()))
    app = make_app(settings, engine, store)
    app.router.lifespan_context = _as_it_is  # the store is the test's to close
    app.add_api_websocket_route("/door", door)
    server = make_server(app, settings)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0)
        try:
            yield Doors(app, listener.getsockname()[1], server, serving)
        finally:
            server.should_exit = True
            await serving


async def door(websocket: WebSocket, visitor: Annotated[Visitor, Depends(let_in)]) -> None:
    """Tells its visitor whom it takes them for."""
    await websocket.accept()
    await websocket.send_text(f"{visitor.owner or 'anybody'} {visitor.session_id or 'any session'}")
    async for _ in websocket.iter_text():
        pass


@asynccontextmanager
async def _as_it_is(_: FastAPI) -> AsyncIterator[None]:
    yield
