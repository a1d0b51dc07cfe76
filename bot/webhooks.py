"""Posts what was collected to the operator's webhook, until it arrived or can't.

    deliver(post) ──► task ──► POST, again after a pause on 408, 425, 429, 5xx and no connection
                                └─ `delivery` in the session's event stream; True if it arrived

Runs beside the call and goes on after it. The log names the fields' intent, never their values.
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

import httpx
from loguru import logger
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_random_exponential,
)

from bot.telemetry.current import outgoing
from conversation.actions import Post
from processors.ports import Journal

ATTEMPTS = 5
LONGEST_SECONDS = 40.0  # for all attempts
ANSWER_SECONDS = 8.0  # for one
LONGEST_PAUSE = 20.0  # a receiver that wants more, by Retry-After, is given up
MOST_UNDER_WAY = 32
_WAIT = wait_random_exponential(multiplier=0.5, max=8.0)
_TRY_AGAIN = frozenset({408, 425, 429})

Sleep = Callable[[float], Awaitable[None]]


class _Refused(Exception):
    """The receiver won't take it; trying again is no use."""


class _Away(Exception):
    """The receiver may take it later. after: seconds, if it said so."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


@dataclass
class Webhooks:
    """All deliveries of a process. secret: of the signature; without one, nothing is signed."""

    secret: str | None = None
    sleep: Sleep = asyncio.sleep
    _tls: Any = field(default_factory=httpx.create_ssl_context)  # 20 ms: once, not in a call
    _under_way: set[asyncio.Task[bool]] = field(default_factory=set[asyncio.Task[bool]])

    def deliver(self, post: Post, *, session_id: str, journal: Journal) -> Awaitable[bool]:
        """Begins at once. What is awaited may be cancelled; the delivery goes on."""
        if len(self._under_way) >= MOST_UNDER_WAY:
            return asyncio.shield(asyncio.ensure_future(_too_many(post, session_id)))
        task = asyncio.create_task(self._deliver(post, session_id, journal), name="webhook")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return asyncio.shield(task)

    async def drain(self, seconds: float) -> None:
        """Waits for what is under way; what takes longer is given up."""
        if tasks := list(self._under_way):
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _deliver(self, post: Post, session_id: str, journal: Journal) -> bool:
        body = json.dumps(
            {
                "id": post.key,
                "session_id": session_id,
                "intent": post.intent,
                "fields": dict(post.values),
            },
            ensure_ascii=False,
        ).encode()
        attempts, why = 0, ""
        retrying = AsyncRetrying(
            sleep=self.sleep,
            stop=stop_after_attempt(ATTEMPTS) | stop_after_delay(LONGEST_SECONDS),
            wait=_pause,
            retry=retry_if_exception_type(_Away),
            reraise=True,
        )
        try:
            async with httpx.AsyncClient(verify=self._tls, timeout=ANSWER_SECONDS) as client:
                async for attempt in retrying:
                    with attempt:
                        attempts += 1
                        await self._post(client, post.url, body, self._headers(post.key, body))
        except (_Refused, _Away) as error:
            why = str(error)
        except Exception as error:  # whatever it was, the caller is told that it did not arrive
            why = type(error).__name__
        outcome = {"intent": post.intent, "delivered": not why, "attempts": attempts, "why": why}
        journal(
            {"kind": "delivery", "at": time.time(), "turn": post.turn, "key": post.key, **outcome}
        )
        log = logger.bind(session=session_id, turn=post.turn, **outcome)
        log.warning("not_delivered") if why else log.info("delivered")
        return not why

    def _headers(self, key: str, body: bytes) -> Mapping[str, str]:
        headers = {
            **outgoing(),
            "Content-Type": "application/json",
            "User-Agent": "Turnwise",
            "Idempotency-Key": key,
        }
        if self.secret is None:
            return headers
        at = str(int(time.time()))
        signed = hmac.new(self.secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
        return headers | {
            "X-Turnwise-Timestamp": at,
            "X-Turnwise-Signature": f"sha256={signed.hexdigest()}",
        }

    async def _post(
        self, client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
    ) -> None:
        """One attempt; it follows one redirect, if that stays at the same place."""
        response = await _status(client, url, body, headers)
        if response.status_code in (307, 308):
            moved = urljoin(url, response.headers.get("location", ""))
            if _origin(moved) != _origin(url):
                raise _Refused("redirects elsewhere")
            response = await _status(client, moved, body, headers)
        status = response.status_code
        if status in _TRY_AGAIN or status >= 500:
            after = _retry_after(response.headers.get("retry-after"))
            if after is not None and after > LONGEST_PAUSE:
                raise _Refused(f"status {status}, and wants to be left alone for {after:.0f} s")
            raise _Away(f"status {status}", after)
        if not 200 <= status < 300:
            raise _Refused(f"status {status}")


async def _status(
    client: httpx.AsyncClient, url: str, body: bytes, headers: Mapping[str, str]
) -> httpx.Response:
    """The response without its body, which may be of any length."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            sending = client.stream("POST", url, content=body, headers=headers)
            async with sending as response:
                return response
    except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
        raise _Refused(type(error).__name__) from None
    except (httpx.TransportError, TimeoutError) as error:
        raise _Away(type(error).__name__) from None


def _origin(url: str) -> tuple[str, str, int | None]:
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host, parsed.port


def _pause(state: RetryCallState) -> float:
    """As long as the receiver asked for; else half a second, one, two ... each times a chance."""
    error = state.outcome.exception() if state.outcome else None
    after = error.after if isinstance(error, _Away) else None
    return _WAIT(state) if after is None else after


def _retry_after(header: str | None) -> float | None:
    """Seconds, from a number of them or from a date."""
    if not header:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


async def _too_many(post: Post, session_id: str) -> bool:
    logger.bind(session=session_id, turn=post.turn, intent=post.intent).warning("not_delivered")
    return False
