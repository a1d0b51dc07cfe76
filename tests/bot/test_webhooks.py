"""What was collected arrives once, or it is said that it did not: against a real HTTP server."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from loguru import logger

from bot.webhooks import ATTEMPTS, LONGEST_PAUSE, MOST_UNDER_WAY, Webhooks
from conversation.actions import Post

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "a secret of the operator"


class Receiver:
    """A webhook that answers as it is told, the last answer for ever; keeps what came."""

    def __init__(self) -> None:
        self.answers: list[Answer] = [status(200)]
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.pauses: list[float] = []
        self.entries: list[dict[str, Any]] = []
        self.url = ""
        self.webhooks = Webhooks(SECRET, sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path, dict(request.headers), await request.read()))
        at = min(len(self.requests), len(self.answers)) - 1
        return await self.answers[at](request)

    def posts(self, key: str = "s-7", url: str = "") -> Awaitable[bool]:
        values = {"name": "María López", "topic": None}
        post = Post(7, key, "request_callback", url or f"{self.url}/hook", values)
        return self.webhooks.deliver(
            post, session_id="s", journal=lambda entry: self.entries.append(dict(entry))
        )


def status(code: int, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(
            status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return answer


async def hangs_up(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


async def test_what_was_collected_arrives_signed_with_a_key(receiver: Receiver):
    """One request with the fields; its signature can be checked, its key tells it from others."""
    assert await receiver.posts()
    [(path, headers, body)] = receiver.requests
    assert path == "/hook"
    assert json.loads(body) == {
        "id": "s-7", "session_id": "s", "intent": "request_callback",
        "fields": {"name": "María López", "topic": None},
    }  # fmt: skip
    assert headers["Idempotency-Key"] == "s-7"
    signed = f"{headers['X-Turnwise-Timestamp']}.".encode() + body
    expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-Turnwise-Signature"] == f"sha256={expected}"
    [entry] = receiver.entries
    assert (entry["kind"], entry["delivered"], entry["attempts"]) == ("delivery", True, 1)


async def test_without_a_secret_nothing_is_signed(receiver: Receiver):
    """A signature under no key would only look like one."""
    receiver.webhooks.secret = None
    assert await receiver.posts()
    assert "X-Turnwise-Signature" not in receiver.requests[0][1]


@pytest.mark.parametrize(
    "trouble", [status(500), status(503), status(429), status(408), hangs_up],
    ids=["500", "503", "429", "408", "hangs up"],
)  # fmt: skip
async def test_trouble_that_may_pass_is_tried_again(receiver: Receiver, trouble: Answer):
    """The same bytes under the same key, so that a retry is no second order."""
    receiver.answers = [trouble, trouble, status(201)]
    assert await receiver.posts()
    assert len({(h["Idempotency-Key"], body) for _, h, body in receiver.requests}) == 1
    assert len(receiver.requests) == 3
    assert len(receiver.pauses) == 2
    assert receiver.entries[0]["attempts"] == 3


async def test_pauses_differ_so_that_not_all_come_back_at_once(receiver: Receiver):
    """Each is drawn anew."""
    receiver.answers = [status(500)]
    await asyncio.gather(*(receiver.posts(f"s-{n}") for n in range(5)))
    assert len(set(receiver.pauses)) == len(receiver.pauses) == 5 * (ATTEMPTS - 1)


async def test_trouble_that_does_not_pass_ends_after_some_attempts(receiver: Receiver):
    """And is told as such, with why; the log has neither names nor values of the fields."""
    lines: list[str] = []
    sink = logger.add(lambda m: lines.append(f"{m} {m.record['extra']}"), level="TRACE")
    receiver.answers = [status(502)]
    assert not await receiver.posts()
    logger.remove(sink)
    assert len(receiver.requests) == ATTEMPTS
    assert (receiver.entries[0]["delivered"], receiver.entries[0]["why"]) == (False, "status 502")
    assert any("not_delivered" in line for line in lines)
    assert not any("López" in line for line in lines)


async def test_nobody_there_is_trouble_that_may_pass(receiver: Receiver):
    """A port that nobody listens on."""
    assert not await receiver.posts(url="http://127.0.0.1:9/hook")
    assert receiver.entries[0]["attempts"] == ATTEMPTS
    assert receiver.entries[0]["why"] == "ConnectError"


@pytest.mark.parametrize("in_words", [False, True], ids=["seconds", "date"])
async def test_a_receiver_that_says_when_to_come_back_is_heeded(receiver: Receiver, in_words: bool):
    """Retry-After as seconds or as a date."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=8), usegmt=True)
    receiver.answers = [status(429, Retry_After=at if in_words else "7"), status(200)]
    assert await receiver.posts()
    assert 5 <= receiver.pauses[0] <= 8


async def test_a_receiver_that_wants_to_be_left_alone_for_long_is_given_up(receiver: Receiver):
    """The caller waits for word of it."""
    receiver.answers = [status(429, Retry_After=str(int(LONGEST_PAUSE) + 1)), status(200)]
    assert not await receiver.posts()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("code", [400, 401, 404, 410, 422])
async def test_a_refusal_is_final(receiver: Receiver, code: int):
    """Asking again would not change it."""
    receiver.answers = [status(code)]
    assert not await receiver.posts()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_elsewhere_is_refused(receiver: Receiver, code: int):
    """What callers said goes where the operator wrote, and nowhere else."""
    port = int(receiver.url.rsplit(":", 1)[1])
    receiver.answers = [status(code, Location=f"http://localhost:{port}/taken")]
    assert not await receiver.posts()
    assert [path for path, _, _ in receiver.requests] == ["/hook"]


async def test_a_redirect_within_the_same_place_is_followed_once(receiver: Receiver):
    """With the same body; a second one is refused."""
    receiver.answers = [status(308, Location="/hook/"), status(204)]
    assert await receiver.posts()
    assert [path for path, _, _ in receiver.requests] == ["/hook", "/hook/"]
    assert receiver.requests[0][2] == receiver.requests[1][2]
    receiver.answers = [status(307, Location="/round")]
    assert not await receiver.posts()
    assert len(receiver.requests) == 4


async def test_an_answer_of_any_length_is_not_read(receiver: Receiver):
    """A receiver that sends without end holds nothing up: its status is enough."""

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(65536))
        except ConnectionError:
            return response

    receiver.answers = [endless]
    assert await receiver.posts()


async def test_a_delivery_goes_on_though_nobody_waits_for_it(receiver: Receiver):
    """The caller has hung up: it arrives all the same, and the process waits for it at its end."""
    go_on, came = asyncio.Event(), asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        came.set()
        await go_on.wait()
        return web.Response()

    receiver.answers = [slow]
    waiting = asyncio.ensure_future(receiver.posts())
    await asyncio.wait_for(came.wait(), 10)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go_on.set()
    await receiver.webhooks.drain(10)
    assert receiver.entries[0]["delivered"]


async def test_what_is_under_way_is_bounded(receiver: Receiver):
    """A receiver that hangs does not fill the memory with what waits for it."""
    go_on = asyncio.Event()

    async def slow(_: web.Request) -> web.Response:
        await go_on.wait()
        return web.Response()

    receiver.answers = [slow]
    waiting = [asyncio.ensure_future(receiver.posts(f"s-{n}")) for n in range(MOST_UNDER_WAY)]
    assert not await receiver.posts("one too many")
    go_on.set()
    assert all(await asyncio.gather(*waiting))
