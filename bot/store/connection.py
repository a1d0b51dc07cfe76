"""From a URL to a client that answers. A password never leaves this file."""

import asyncio
import contextlib
from typing import Any

import redis.asyncio
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import (
    AuthenticationError,
    ConnectionError,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import TimeoutError as TimedOut

from bot.store.errors import StoreUnreachable
from bot.store.urls import StoreUrl

Client = Any
"""redis.asyncio.Redis or RedisCluster: the same commands, no common type."""

UNREACHED = (ConnectionError, TimedOut, OSError, RedisClusterException)
"""What redis-py raises when nobody answers; the last of them is not a RedisError."""
FAILED = (*UNREACHED, RedisError)
ANSWERS_WITHIN = 2.0
REACHED_WITHIN = 5.0

# The pool may hold connections to a server that was restarted. Not for timeouts: those had time.
RETRY_A_STALE_CONNECTION = Retry(
    ExponentialWithJitterBackoff(base=0.01, cap=0.1), 2, supported_errors=(ConnectionError,)
)

Options = dict[str, Any]


async def connect(url: StoreUrl) -> Client:
    """A client that has answered. Raises StoreUnreachable, which says what to do."""
    client = _client(url)
    try:
        async with asyncio.timeout(REACHED_WITHIN):
            await client.ping()
    except FAILED as error:
        await disconnect(client)
        raise StoreUnreachable(_advice(url, error)) from None
    return client


async def disconnect(client: Client) -> None:
    """Close every connection, those to the Sentinels included, which redis-py leaves open."""
    await client.aclose()
    pool = getattr(client, "connection_pool", None)
    for sentinel in getattr(getattr(pool, "sentinel_manager", None), "sentinels", []):
        await sentinel.aclose()


async def follow_master(client: Client) -> None:
    """The next connection is to whom the Sentinels call the master by now.

    After a fail-over that was asked for, the old master goes on taking writes that will be lost.
    """
    find: Any = getattr(getattr(client, "connection_pool", None), "get_master_address", None)
    if find:
        with contextlib.suppress(*FAILED):  # the master we know may be there still
            await find()


async def leave_replica(client: Client) -> None:
    """What we took for the master can't be written to: the next connections look for it anew."""
    if isinstance(client, redis.asyncio.RedisCluster):
        await client.aclose()  # it learns the cluster's layout again when it is used next
    else:
        await client.connection_pool.disconnect()


def _client(url: StoreUrl) -> Client:
    options: Options = {
        "decode_responses": True,
        "encoding_errors": "surrogatepass",
        "socket_timeout": ANSWERS_WITHIN,
        "socket_connect_timeout": ANSWERS_WITHIN,
        "retry": RETRY_A_STALE_CONNECTION,
    }
    try:
        match url.form:
            case "sentinel":
                return _sentinel(url, options)
            case "cluster":
                nodes = [ClusterNode(host, port) for host, port in url.hosts]
                return redis.asyncio.RedisCluster(
                    startup_nodes=nodes, **url.login, **options, **url.security
                )
            case _:
                single: Any = redis.asyncio.Redis
                return single.from_url(url.text, **options)
    except (ValueError, TypeError):
        raise url.not_understood() from None


def _sentinel(url: StoreUrl, options: Options) -> Client:
    sentinel: Any = redis.asyncio.Sentinel(
        url.hosts, sentinel_kwargs=options | url.security | url.sentinel_login
    )
    return sentinel.master_for(url.name, db=url.db, **url.login, **options, **url.security)


def _advice(url: StoreUrl, error: Exception) -> str:
    if isinstance(error, AuthenticationError) or "NOAUTH" in str(error):
        return f"Redis at {url} refuses the user or password in TURNWISE_REDIS_URL; correct them"
    why = "no answer" if isinstance(error, TimeoutError | TimedOut) else type(error).__name__
    return (
        f"Redis at {url} can't be reached ({why}); start it, correct TURNWISE_REDIS_URL, "
        "or unset that to use the embedded store"
    )
