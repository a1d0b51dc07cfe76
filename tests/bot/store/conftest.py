"""Real servers: the embedded Valkey, and Debian's redis-server on a loopback port."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import redis.asyncio

import bot.store
from bot.store import EmbeddedValkey, Keeping, SessionStore, open_store

REDIS_SERVER = Path("/usr/bin/redis-server")
ROOT = Path(bot.store.__file__).parents[2]
PATIENCE = 30.0


async def _until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; a failure after 30 s shows the line that called."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - what we wait for is in another process
            await asyncio.sleep(0.01)


def _free_port(cluster: bool) -> int:
    """A cluster's nodes talk on the port 10,000 above, which must be one."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = int(free.getsockname()[1])
        if not cluster or port <= 55_535:
            return port


class LoopbackRedis:
    """Debian's Redis in a folder; `options` as on its command line."""

    def __init__(
        self,
        folder: Path,
        options: Sequence[str] = (),
        *,
        tls: bool = False,
        cluster: bool = False,
    ) -> None:
        self.port = _free_port(cluster)
        self._listens = ["--tls-port", str(self.port), "--port", "0"] if tls else []
        self._listens = self._listens or ["--port", str(self.port)]
        if cluster:
            options = [*options, "--cluster-enabled", "yes"]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}"
        self._options = options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.folder.mkdir(exist_ok=True)
        command = [str(REDIS_SERVER), *self._options, *self._listens]
        command += ["--bind", "127.0.0.1", "--dir", str(self.folder), "--save", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)

    async def listens(self) -> None:
        def answers() -> bool:
            with socket.socket() as one:
                return one.connect_ex(("127.0.0.1", self.port)) == 0

        await _until(answers)

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Any]:
    return _until


@pytest.fixture
def root() -> Path:
    """Where `bot` can be imported from."""
    return ROOT


@pytest.fixture
def debian_redis(tmp_path: Path) -> Iterator[Callable[..., LoopbackRedis]]:
    """Makes servers, not started yet; all are stopped at the end."""
    if not REDIS_SERVER.exists():
        pytest.skip("Debian's redis-server is not installed")
    made: list[LoopbackRedis] = []

    def make(*options: str, **kind: bool) -> LoopbackRedis:
        made.append(LoopbackRedis(tmp_path / f"redis-{len(made)}", options, **kind))
        return made[-1]

    yield make
    for server in made:
        server.stop()


@pytest_asyncio.fixture
async def embedded(tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    server = EmbeddedValkey(tmp_path / "data")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
def kept_server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str | None]:
    """The URL of one server for all tests of a file: a cluster takes 2 s to agree with itself."""
    if request.param == "valkey":
        yield None
        return
    if not REDIS_SERVER.exists():
        pytest.skip("Debian's redis-server is not installed")
    cluster = request.param == "cluster"
    server = LoopbackRedis(tmp_path_factory.mktemp("redis"), cluster=cluster)
    server.start()
    try:
        asyncio.run(_one_node_cluster(server) if cluster else server.listens())
        yield server.url.replace("redis:", "redis+cluster:") if cluster else server.url
    finally:
        server.stop()


@pytest_asyncio.fixture
async def store(kept_server: str | None, tmp_path: Path) -> AsyncIterator[SessionStore]:
    """A store with nothing in it, on each kind of server."""
    opened = await open_store(kept_server, tmp_path / "data", Keeping(ttl_seconds=1000))
    await opened._client.flushall()
    yield opened
    await opened.close()


@pytest_asyncio.fixture
async def rival(
    store: SessionStore, kept_server: str | None, tmp_path: Path
) -> AsyncIterator[SessionStore]:
    """Another worker's store, on the same server."""
    url = store._server.url if store._server else kept_server
    opened = await open_store(url, tmp_path)
    yield opened
    await opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kept_server" in metafunc.fixturenames:
        metafunc.parametrize("kept_server", ["valkey", "redis", "cluster"], indirect=True)


async def _one_node_cluster(server: LoopbackRedis) -> None:
    await server.listens()
    async with redis.asyncio.Redis(port=server.port, decode_responses=True) as client:
        await client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
        agreed = False
        while not agreed:
            agreed = "cluster_state:ok" in str(await client.execute_command("CLUSTER", "INFO"))


@pytest.fixture
def child() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Runs Python code in a process of its own, with `bot` to import and a line to read."""
    running: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: str) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", code, *arguments]
        running.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
        return running[-1]

    yield run
    for process in running:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
