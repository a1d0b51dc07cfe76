"""Servers, providers and callers as processes; a step is so many calls for so many seconds."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.capacity.usage import usage

ROOT = Path(__file__).parents[2]
_READY_SECONDS = 120
_END_SECONDS = 15
Row = dict[str, Any]


@dataclass(frozen=True)
class Served:
    """A server that takes calls. pid: everything that counts is it, or started by it."""

    url: str
    pid: int


@contextmanager
def providers() -> Generator[dict[str, str]]:
    """Emulators; gives the settings that lead to them."""
    command = [sys.executable, "-m", "benchmarks.capacity.providers"]
    with _process(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield json.loads(process.stdout.readline())


@contextmanager
def turnwise(
    settings: Mapping[str, str], folder: Path, *, workers: int = 1, room: int | None = None
) -> Generator[Served]:
    """Our server, on an index of the sample documents, with a store of its own.

    room: calls of each worker; None: any number.
    """
    port = _free_port()
    environment = {
        **settings,
        "TURNWISE_PORT": str(port),
        "TURNWISE_DATA": str(folder),
        "TURNWISE_MAX_SESSIONS": str(room or 100_000),
        "TURNWISE_NEW_SESSIONS_PER_MINUTE": "0",
        "TURNWISE_LOG_LEVEL": "WARNING",
    }
    runner = [sys.executable, str(ROOT / "runner.py")]
    env = _environment(environment)
    subprocess.run([*runner, "index", "build"], env=env, cwd=ROOT, check=True, capture_output=True)
    more = ["--workers", str(workers)] if workers > 1 else []
    with _process([*runner, "serve", *more], env=env) as process:
        url = f"http://127.0.0.1:{port}"
        _until_ready(f"{url}/health/ready", process)
        yield Served(url, process.pid)


@contextmanager
def stock(settings: Mapping[str, str]) -> Generator[Served]:
    """The peer: Pipecat's own pipeline with the same providers."""
    port = _free_port()
    command = [sys.executable, "-m", "benchmarks.capacity.stock", "--port", str(port)]
    with _process(command, env=_environment(settings)) as process:
        url = f"http://127.0.0.1:{port}"
        _until_ready(f"{url}/health", process)
        yield Served(url, process.pid)


def step(served: Served, door: str, calls: int, seconds: float, folder: Path) -> Row:
    """What the callers found, and what serving them took: `cpu` in cores, memory in MB."""
    command = [
        sys.executable, "-m", "benchmarks.capacity.load", served.url, "--door", door,
        "--calls", str(calls), "--seconds", str(seconds), "--folder", str(folder),
    ]  # fmt: skip
    with _process(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        if not process.stdout.readline():
            raise RuntimeError(f"the callers of {door} gave up: see their last words above")
        before, at = usage(served.pid), time.monotonic()
        row = json.loads(process.stdout.readline())
        after, took = usage(served.pid), time.monotonic() - at
    cpu = (after.cpu - before.cpu) / took
    return row | {
        "door": door,
        "cpu": cpu,
        "ms_cpu_a_second": 1000 * cpu / max(1, row["open"]),
        "rss_mb": after.rss / 2**20,
        "pss_mb": after.pss / 2**20,
    }


@contextmanager
def _process(command: list[str], **how: Any) -> Generator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, cwd=ROOT, text=True, **how)
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    ours = {k: v for k, v in os.environ.items() if not k.startswith("TURNWISE_")}
    return {**ours, "LOGURU_LEVEL": "WARNING", **settings}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _until_ready(url: str, process: subprocess.Popen[str]) -> None:
    """Raises RuntimeError if it does not get ready."""
    until = time.monotonic() + _READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise RuntimeError(f"{url} did not get ready: see what it said above")
