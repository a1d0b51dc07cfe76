"""Redis as people run it: TLS, an ACL user, a cluster of three."""

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio

from bot.store import SessionStore, StoreUnreachable, open_store
from tests.bot.certificates import write_certificate

pytestmark = pytest.mark.asyncio

Servers = Callable[..., Any]
PATIENCE = 30.0  # seconds; nothing is timed by it
PASSWORD = "p/ss@w:rd"
QUOTED = "p%2Fss%40w%3Ard"
# What the store needs, and nothing else.
RULES = "~session:* ~token:* ~secret:* +@read +@write +@scripting +@connection +time"


def entry(turn: int) -> dict[str, Any]:
    return {"kind": "transition", "turn": turn, "to": "LISTENING", "at": 1.0}


async def _turns(store: SessionStore, session_id: str = "s1") -> list[int]:
    return [event["turn"] for event in await store.events(session_id)]


@pytest.mark.parametrize("form", ["rediss", "rediss+cluster", "rediss+sentinel"])
async def test_tls_with_a_user_of_an_acl_file(debian_redis: Servers, tmp_path: Path, form: str):
    """The certificate is checked, the user may do what the store needs and no more."""
    write_certificate(tmp_path, "redis")
    acl = tmp_path / "users.acl"
    acl.write_text(
        f"user default off\nuser desk on >{PASSWORD} {RULES} +cluster +command\n"
        "user sentinel on >watches ~* &* +@all\n"
    )
    files = ["--tls-cert-file", str(tmp_path / "cert.pem")]
    files += ["--tls-key-file", str(tmp_path / "key.pem"), "--tls-auth-clients", "no"]
    files += ["--tls-ca-cert-file", str(tmp_path / "cert.pem")]
    made = {"tls": True, "cluster": "cluster" in form}
    server = debian_redis(*files, "--tls-cluster", "yes", "--aclfile", str(acl), **made)
    server.start()
    await server.listens()
    address = f"127.0.0.1:{server.port}"
    if "cluster" in form:
        await _one_node(server, tmp_path)
    if "sentinel" in form:
        config = tmp_path / "sentinel.conf"
        config.write_text(
            f"sentinel monitor desk 127.0.0.1 {server.port} 1\n"
            "sentinel auth-user desk sentinel\nsentinel auth-pass desk watches\n"
            "requirepass sentinels\ntls-replication yes\n"
        )
        sentinel = debian_redis(str(config), "--sentinel", *files, tls=True)
        sentinel.start()
        await sentinel.listens()
        address = f"127.0.0.1:{sentinel.port}/desk"
    own = "&sentinel_password=sentinels" if "sentinel" in form else ""
    url = f"{form}://desk:{QUOTED}@{address}"
    store = await open_store(f"{url}?ssl_ca_certs={tmp_path}/cert.pem{own}", tmp_path)
    await store.open("s1", now=1.0)
    store.append("s1", entry(1))
    assert await store.flush()
    assert await _turns(store) == [1]
    assert await store.claim("token:s1", 10)
    assert await store.shared("secret:tokens", "x") == "x"
    assert await store.forget("s1")
    assert store.healthy
    await store.close()
    with pytest.raises(StoreUnreachable, match="can't be reached"):
        await open_store(f"{url}?{own}", tmp_path)  # signed by nobody we know


async def _one_node(server: Any, folder: Path) -> None:
    secured: Any = {"ssl": True, "ssl_ca_certs": str(folder / "cert.pem")}
    login: Any = {"username": "desk", "password": PASSWORD}
    async with redis.asyncio.Redis(
        port=server.port, decode_responses=True, **secured, **login
    ) as client:
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        await _says(client, "cluster_state:ok", "CLUSTER", "INFO")


async def _says(client: Any, words: str, *command: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while words not in str(await client.execute_command(*command)):
            pass


async def test_a_server_that_became_a_replica_is_left(debian_redis: Servers, tmp_path: Path):
    """Behind an address that moves to the new master: connections to the old one are closed."""
    server = debian_redis()
    server.start()
    await server.listens()
    store = await open_store(server.url, tmp_path)
    store.append("s1", entry(1))
    await store.flush()
    async with redis.asyncio.Redis(port=server.port, decode_responses=True) as client:
        listed = await client.client_list(_type="normal")
        theirs = {one["id"] for one in listed} - {str(await client.client_id())}
        await client.replicaof("127.0.0.1", "1")
        store.append("s1", entry(2))
        async with asyncio.timeout(PATIENCE):
            while theirs & {one["id"] for one in await client.client_list(_type="normal")}:
                pass
        assert not store.healthy
        await client.replicaof("NO", "ONE")
        assert await store.flush(within=30)
    assert await _turns(store) == [1, 2]
    await store.close()


async def test_sessions_are_spread_over_a_cluster_of_three(debian_redis: Servers, tmp_path: Path):
    """Made by redis-cli; one round trip carries sessions of all nodes, and each is whole."""
    nodes = [debian_redis("--cluster-node-timeout", "2000", cluster=True) for _ in range(3)]
    for node in nodes:
        node.start()
        await node.listens()
    addresses = [f"127.0.0.1:{node.port}" for node in nodes]
    made = ["redis-cli", "--cluster", "create", *addresses, "--cluster-yes"]
    subprocess.run(made, check=True, capture_output=True)  # noqa: ASYNC221 - nothing else runs
    store = await open_store(f"redis+cluster://{addresses[2]}", tmp_path)
    names = [f"s{number}" for number in range(30)]
    for name in names:
        await store.open(name, now=1.0)
    for turn in range(20):
        for name in names:
            store.append(name, entry(turn))
    assert await store.flush(within=30)
    for name in names:
        assert await _turns(store, name) == list(range(20))
    for node in nodes:
        async with redis.asyncio.Redis(port=node.port) as client:
            assert await client.dbsize() > 0
    assert (store.dropped, store.fenced) == (0, 0)
    await store.close()


async def test_tls_at_a_plain_port_is_told_in_a_line(debian_redis: Servers, tmp_path: Path):
    """No traceback, no endless wait."""
    server = debian_redis()
    server.start()
    await server.listens()
    with pytest.raises(StoreUnreachable, match="can't be reached") as refused:
        await open_store(f"rediss://127.0.0.1:{server.port}", tmp_path)
    assert "\n" not in str(refused.value)
