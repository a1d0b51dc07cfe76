"""What others tell the sessions that this worker holds: Redis pub/sub, over one connection.

    PUBLISH session:ID:control ──► the worker that holds the session ──► told(message)

Pub/sub and not a stream: a message reaches the call within a millisecond or two, nothing is stored
that would have to be forgotten, and PUBLISH tells its sender how many workers have heard it. What
is told while nobody listens is lost, and its sender knows.
"""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from typing import Any

from loguru import logger
from redis.exceptions import RedisError

from bot.store.connection import Client

SILENCE = 5.0  # seconds, after which Redis is asked whether it is still there
FIRST_RETRY = 0.05
LAST_RETRY = 1.0

Told = Callable[[str], None]
"""Takes a message as it was published. Returns at once."""


class Control:
    """Subscribes as sessions come and go, and again after Redis was away.

    Without sessions there is no connection.
    """

    def __init__(self, client: Client, *, cluster: bool = False) -> None:
        self.connections = 0
        """How often it has begun to listen."""
        self._failures = 0  # since it listened last
        self._client = client
        self._cluster = cluster
        self._told: dict[str, Told] = {}
        self._changed = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None

    def hear(
        self, channel: str, told: Told, before_leaving: Callable[[], Awaitable[object]]
    ) -> Callable[[], None]:
        """Pass messages of the channel on, from about a round trip later until the call of what
        this gives, and of `before_leaving`, is over. Whoever comes later takes the channel over.
        """
        self._told[channel] = told
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="store-control")

        def leave() -> None:
            task = asyncio.create_task(self._leave(channel, told, before_leaving))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

        return leave

    async def tell(self, channel: str, message: str) -> int:
        """How many workers have heard it. Raises what redis-py raises."""
        if not self._cluster:
            return int(await self._client.publish(channel, message))
        # of a cluster, PUBLISH counts on one node only; who listens before it hears it
        counts = await self._client.pubsub_numsub(channel, target_nodes="all")
        await self._client.publish(channel, message)
        return sum(int(count) for _, count in counts)

    async def close(self) -> None:
        """Hear nothing more."""
        tasks = [*self._leaving, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _leave(
        self, channel: str, told: Told, before_leaving: Callable[[], Awaitable[object]]
    ) -> None:
        await before_leaving()
        if self._told.get(channel) is told:
            del self._told[channel]
            self._changed.set()

    async def _run(self) -> None:
        while self._told:
            pubsub: Any = self._client.pubsub()
            try:
                await self._listen(pubsub)
            except (RedisError, OSError, TimeoutError, ValueError) as error:
                self._failures += 1  # ValueError: a message that is no UTF-8
                if self._failures == 1:
                    logger.bind(error=type(error).__name__).warning("control_away")
            finally:
                with contextlib.suppress(RedisError, OSError, TimeoutError):
                    await pubsub.aclose()
            if self._failures:
                longest = min(LAST_RETRY, FIRST_RETRY * 2 ** min(self._failures, 10))
                await asyncio.sleep(longest * random.uniform(0.5, 1.0))
        self._task = None

    async def _listen(self, pubsub: Any) -> None:
        """Until there is no session any more, or the connection fails; raises then."""
        self.connections += 1
        channels = set(self._told)
        await pubsub.subscribe(*channels)
        if self._failures:
            logger.bind(sessions=len(channels)).info("control_back")
        self._failures = 0
        tasks = [
            asyncio.create_task(self._read(pubsub)),
            asyncio.create_task(self._follow(pubsub, channels)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _follow(self, pubsub: Any, channels: set[str]) -> None:
        """Subscribes to what comes, and gives up what goes, until there is nothing left."""
        while wanted := set(self._told):
            self._changed.clear()
            if new := wanted - channels:
                await pubsub.subscribe(*new)
            if old := channels - wanted:
                await pubsub.unsubscribe(*old)
            channels = wanted
            await self._changed.wait()

    async def _read(self, pubsub: Any) -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=SILENCE)
            if message is None and asked:
                raise TimeoutError
            if message is None:
                await pubsub.ping()
            asked = message is None
            if message and message["type"] == "message":
                self._pass_on(message["channel"], message["data"])

    def _pass_on(self, channel: str, message: str) -> None:
        told = self._told.get(channel)
        if told is None:
            return
        try:
            told(message)
        except Exception as error:  # of one session: the others still listen
            logger.bind(error=repr(error)).error("control_failed")
