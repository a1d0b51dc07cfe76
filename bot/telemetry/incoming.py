"""What a peer says that its request is a part of (W3C Trace Context), for the call it opens."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.telemetry.current import came_with

_NAMES = ("traceparent", "tracestate")


class FromPeer:
    """Keeps the headers of HTTP requests and WebSockets for what runs because of them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        if scope["type"] in ("http", "websocket"):
            headers = Headers(scope=scope)
            came_with.set({name: headers[name] for name in _NAMES if name in headers})
        await self._app(scope, receive, send)
