"""The HTTP server around the application, with its limits."""

import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.calls import Calls
from bot.settings import Settings

STOPS_WITHIN = 3  # seconds, for what is being answered


class DrainingServer(uvicorn.Server):
    """Ends the calls in their own words before uvicorn drops their connections."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        calls: Calls = self.config.app.state.calls  # type: ignore[union-attr]
        await calls.end_all("draining")
        await super().shutdown(sockets)


def make_server(app: FastAPI, settings: Settings) -> uvicorn.Server:
    """A server that drops whoever takes too long to say what they want, or says too much."""
    options: dict[str, Any] = {}
    config = uvicorn.Config(
        app,
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=STOPS_WITHIN,
        ws_max_size=settings.max_message_bytes,
        proxy_headers=False,  # the application's own middleware knows whom to trust
        server_header=False,
        **options,
    )
    return DrainingServer(config)
