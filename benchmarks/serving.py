"""Servers that are measured, each a process of its own on loopback."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
STARTS_WITHIN = 120.0
_OURS = ("TURNWISE_", "GROQ_", "GEMINI_", "GOOGLE_", "ELEVENLABS_", "TWILIO_", "OTEL_")


class NotReady(Exception):
    """A server did not start; the message has the end of what it logged."""


@dataclass(frozen=True)
class Served:
    """A server that takes calls. address: http://…"""

    address: str
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def turnwise(
    data: Path, log: Path, environment: Mapping[str, str], *options: str
) -> Iterator[Served]:
    """`runner.py serve` with no settings but these. The index in `data` is brought up to date."""
    given = {
        "TURNWISE_DATA": str(data),
        "TURNWISE_KNOWLEDGE": str(ROOT / "knowledge"),
        "TURNWISE_NEW_SESSIONS_PER_MINUTE": "0",
        "TURNWISE_DRAIN_SECONDS": "0",
        **environment,
    }
    index = [sys.executable, "runner.py", "index", "build"]
    data.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        subprocess.run(index, cwd=ROOT, env=_clean(given), stdout=file, stderr=file, check=True)
    with _serving([sys.executable, "runner.py", "serve", *options], log, given) as served:
        yield served


@contextmanager
def peer(log: Path, environment: Mapping[str, str], *options: str) -> Iterator[Served]:
    """`python -m benchmarks.peer`."""
    command = [sys.executable, "-m", "benchmarks.peer", *options]
    with _serving(command, log, environment) as served:
        yield served


@contextmanager
def _serving(command: Sequence[str], log: Path, given: Mapping[str, str]) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with log.open("ab") as file:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=_clean(given), stdout=file, stderr=file
        )
    served = Served(f"http://127.0.0.1:{port}", log, process)
    try:
        _wait(served)
        yield served
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(served: Served) -> None:
    ends = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < ends and served.process.poll() is None:
        if ready(served.address):
            return
        time.sleep(0.2)
    told = served.log.read_text(errors="replace")[-2000:]
    raise NotReady(f"A server that is to be measured did not start:\n{told}")


def ready(address: str) -> bool:
    """Whether calls are taken there."""
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _clean(given: Mapping[str, str]) -> dict[str, str]:
    """The environment without the settings of whoever measures."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith((*_OURS, "LOG_LEVEL"))}
    return {**kept, **given}
