"""Twilio's REST API, as far as calls are placed and updated: keeps what it was asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from aiohttp import BasicAuth, web


@dataclass
class Update:
    """One request to place or change a call."""

    path: str
    user: str
    password: str
    form: dict[str, str]


@dataclass
class TwilioApi:
    """`updates` in order; `status` is what it answers, `says` why, if that is a refusal."""

    url: str = ""
    status: int = 200
    says: str = "not found"
    updates: list[Update] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    async def asked(self) -> Update:
        """The first request, once it has come."""
        async with asyncio.timeout(60):
            await self._came.wait()
        return self.updates[0]

    async def handle(self, request: web.Request) -> web.Response:
        form = {name: values[0] for name, values in parse_qs(await request.text()).items()}
        who = BasicAuth.decode(request.headers["Authorization"])
        self.updates.append(Update(request.path, who.login, who.password, form))
        self._came.set()
        if self.status != 200:
            return web.json_response({"code": 20404, "message": self.says}, status=self.status)
        if request.path.endswith("/Calls.json"):
            return web.json_response({"sid": "CA1", "status": "queued"}, status=201)
        call = request.path.rsplit("/", 1)[-1].removesuffix(".json")
        return web.json_response({"sid": call, "status": "in-progress"})


@asynccontextmanager
async def twilio_api() -> AsyncIterator[TwilioApi]:
    """Serves on a free port of loopback until the end."""
    api = TwilioApi()
    app = web.Application()
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls/{call}", api.handle)
    app.router.add_post("/2010-04-01/Accounts/{account}/Calls.json", api.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    await runner.cleanup()
