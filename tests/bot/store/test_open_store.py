"""Opening: each form of URL, and for each thing wrong one line that says what to do."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from bot.store import StoreUnreachable, open_store
from bot.store.urls import parse_url

PASSWORD = "s3cret"


@pytest.mark.asyncio
async def test_no_url_keeps_the_conversations_in_the_folder(tmp_path: Path):
    """Closed and opened again without a Redis, the store still knows the session."""
    store = await open_store(None, tmp_path)
    await store.open("s1", now=1.0)
    store.append("s1", {"kind": "transition", "to": "THINKING", "turn": 2, "at": 2.0})
    await store.close()
    store = await open_store(None, tmp_path)
    record = await store.open("s1", now=3.0)
    assert (record.state, record.turn, record.resumed) == ("THINKING", 2, True)
    await store.close()


@pytest.mark.asyncio
async def test_a_redis_that_is_not_there_is_named_without_its_password(tmp_path: Path):
    """The message says where, and what to do, and not the password."""
    with pytest.raises(StoreUnreachable) as refused:
        await open_store(f"redis://user:{PASSWORD}@127.0.0.1:1/0", tmp_path)
    said = str(refused.value)
    assert "redis://127.0.0.1:1/0" in said
    assert "TURNWISE_REDIS_URL" in said
    assert PASSWORD not in str(refused.getrepr(style="native"))
    assert "\n" not in said


@pytest.mark.asyncio
async def test_a_wrong_password_is_told_from_a_redis_that_is_away(
    debian_redis: Callable[..., Any], tmp_path: Path
):
    """Only the user and password are to be corrected, and neither is printed."""
    server = debian_redis("--requirepass", PASSWORD)
    server.start()
    await server.listens()
    for login in ("", "user:wr0ng@"):
        with pytest.raises(StoreUnreachable, match="refuses the user or password") as refused:
            await open_store(f"redis://{login}127.0.0.1:{server.port}", tmp_path)
        assert "wr0ng" not in str(refused.value)
    store = await open_store(f"redis://:{PASSWORD}@127.0.0.1:{server.port}", tmp_path)
    assert PASSWORD not in store.where
    await store.close()


@pytest.mark.asyncio
async def test_sentinel_leads_to_the_master(debian_redis: Callable[..., Any], tmp_path: Path):
    """redis+sentinel:// asks the Sentinels by name and writes to the master they know."""
    master = debian_redis()
    master.start()
    await master.listens()
    config = tmp_path / "sentinel.conf"
    config.write_text(f"sentinel monitor desk 127.0.0.1 {master.port} 1\n")
    sentinel = debian_redis(str(config), "--sentinel")
    sentinel.start()
    await sentinel.listens()
    url = f"redis+sentinel://127.0.0.1:{sentinel.port}"
    store = await open_store(f"{url}/desk", tmp_path)
    store.append("s1", {"kind": "transition", "to": "IDLE", "turn": 1})
    assert await store.flush()
    async with redis.asyncio.Redis(port=master.port) as client:
        assert await client.exists("session:s1", "session:s1:events") == 2
    await store.close()
    with pytest.raises(StoreUnreachable, match="can't be reached"):
        await open_store(f"{url}/nobody", tmp_path)


@pytest.mark.asyncio
async def test_something_else_on_the_port_is_unreachable_not_a_crash(tmp_path: Path):
    """An HTTP server where Redis should be gives the same one line."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(StoreUnreachable, match="can't be reached"):
        await open_store(f"redis://127.0.0.1:{port}", tmp_path)
    server.close()


@pytest.mark.parametrize(
    "url",
    [
        f"http://:{PASSWORD}@host",
        f"localhost:6379/{PASSWORD}",
        f"redis://:{PASSWORD}@host:port",
        f"redis://:{PASSWORD}@host:99999",
        f"redis://:{PASSWORD}/x@host",
        f"redis://user:12/{PASSWORD}@host",
        f"redis://user:12?{PASSWORD}@host",
        f"redis://user:12#{PASSWORD}@host",
        f"redis+sentinel://:{PASSWORD}@host:26379",
        f"redis+sentinel://:{PASSWORD}@host:26379/name/zero",
        "",
    ],
)
def test_a_url_that_cannot_be_understood_is_never_repeated(url: str):
    """The message names the forms that work; the text given may be a password."""
    with pytest.raises(StoreUnreachable, match=r"redis\+cluster://h1:6379") as refused:
        parse_url(url)
    assert PASSWORD not in str(refused.value)
    assert "user" not in str(refused.value)


def test_a_url_is_taken_apart():
    """Hosts with default ports, IPv6, encoded passwords, the master's name and the database."""
    one = parse_url("rediss+sentinel://a%40b:p%2Fw@h1,[::1]:7000/desk/3")
    assert one.hosts == (("h1", 26379), ("::1", 7000))
    assert one.login == {"username": "a@b", "password": "p/w"}
    assert (one.form, one.name, one.db, one.tls) == ("sentinel", "desk", 3, True)
    assert "p/w" not in repr(one)
    assert "p%2Fw" not in repr(one)
    assert str(parse_url("redis://:x@h/2?timeout=1")) == "redis://h:6379/2"
    assert str(parse_url("unix:///tmp/a.sock")) == "unix:///tmp/a.sock"
