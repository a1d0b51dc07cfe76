"""What a conversation stands on, as processes that can be stopped, killed and frozen."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_WITHIN = 90.0
STORE_AWAY = 503
HOST = "127.0.0.1"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


async def until(holds: Callable[[], bool], seconds: float = READY_WITHIN) -> None:
    """Waits for something in another process. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(holds):  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.02)


@dataclass
class Process:
    """A command that runs until it is ended. Its output goes to `log`."""

    command: Sequence[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict[str, str])
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """As it is, or again."""
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, stdout=log, stderr=log, env=environment
            )

    def send(self, sign: signal.Signals) -> None:
        """A signal; to one that is gone, nothing."""
        if self.running and self.running.poll() is None:
            self.running.send_signal(sign)

    def kill(self) -> None:
        """At once, without a word."""
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self) -> None:
        """In order."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        self.wait()

    def wait(self) -> None:
        """Until it has ended."""
        if self.running:
            self.running.wait(60)


class Redis(Process):
    """Debian's redis-server with an append-only file."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.port, self.folder = free_port(), folder
        folder.mkdir(parents=True)
        super().__init__(
            [
                "redis-server", *("--port", str(self.port)), *("--bind", HOST),
                *("--dir", str(folder)), *("--appendonly", "yes"), *("--save", ""), *options,
            ],
            folder / "log",
        )  # fmt: skip

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}"

    def listens(self) -> bool:
        """Whether it takes connections."""
        with socket.socket() as one:
            return one.connect_ex((HOST, self.port)) == 0


class Sentinel(Process):
    """One that watches `master` under the name `desk`, and decides with one other."""

    def __init__(self, folder: Path, master: Redis) -> None:
        self.port = free_port()
        folder.mkdir(parents=True)
        (folder / "sentinel.conf").write_text(
            f"port {self.port}\nbind {HOST}\ndir {folder}\n"
            f"sentinel monitor desk {HOST} {master.port} 2\n"
            "sentinel down-after-milliseconds desk 1000\nsentinel failover-timeout desk 5000\n"
        )
        command = ["redis-server", str(folder / "sentinel.conf"), "--sentinel"]
        super().__init__(command, folder / "log")


class Worker(Process):
    """`runner.py serve` with the sample help desk."""

    def __init__(self, folder: Path, redis_url: str, data: Path, **given: object) -> None:
        self.port = free_port()
        settings = {
            "TURNWISE_PORT": self.port, "TURNWISE_REDIS_URL": redis_url, "TURNWISE_DATA": data,
            "TURNWISE_MAX_SESSIONS": 64, "TURNWISE_NEW_SESSIONS_PER_MINUTE": 0,
            "TURNWISE_OVERLOAD": "accept",
            **{f"TURNWISE_{name.upper()}": value for name, value in given.items()},
        }  # fmt: skip
        super().__init__(
            [sys.executable, "runner.py", "serve"],
            folder / f"worker-{self.port}.log",
            {name: str(value) for name, value in settings.items()},
        )

    def url(self, path: str, *, scheme: str = "http") -> str:
        return f"{scheme}://{HOST}:{self.port}{path}"

    def ready(self) -> bool:
        """Whether it takes calls."""
        try:
            with urllib.request.urlopen(self.url("/health/ready"), timeout=2) as answer:
                return bool(json.load(answer)["ready"])
        except OSError:
            return False

    def events(self, session_id: str) -> list[dict[str, object]]:
        """What the store has of a session, once it answers."""
        while True:
            try:
                return self._events(session_id)
            except urllib.error.HTTPError as refusal:
                if refusal.code != STORE_AWAY:
                    raise
                time.sleep(0.2)

    def _events(self, session_id: str) -> list[dict[str, object]]:
        with urllib.request.urlopen(self.url(f"/api/sessions/{session_id}"), timeout=30) as answer:
            return json.load(answer)["events"]
