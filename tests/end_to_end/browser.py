"""A server of our own and a real browser whose microphone is a recording."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from playwright.sync_api import Page, sync_playwright

from benchmarks.voices import RATE

ROOT = Path(__file__).parents[2]
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]


@contextmanager
def serving(data: Path, **environment: str) -> Iterator[str]:
    """`runner.py serve` on a free port, ready for calls; gives its address."""
    with Served(data, **environment) as served:
        yield served.address


class Served:
    """`runner.py serve` on a free port, ready for calls, which may be stopped and started."""

    def __init__(self, data: Path, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://localhost:{self._port}"
        ours = {"TURNWISE_DATA": str(data), "TURNWISE_DRAIN_SECONDS": "0"}
        self._environment = {**os.environ, **ours, **environment}

    def __enter__(self) -> "Served":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGTERM)

    def start(self) -> None:
        command = [sys.executable, "runner.py", "serve", "--port", str(self._port)]
        self._server = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        _wait_until_ready(self.address, self._server)

    def stop(self, with_: signal.Signals) -> None:
        self._server.send_signal(with_)
        self._server.wait(timeout=20)


def _wait_until_ready(address: str, server: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health/ready", timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready (exit code {server.poll()})")


@contextmanager
def page_with_microphone(
    address: str, recording: np.ndarray | None, *, width: int = 1280, height: int = 800
) -> Iterator[Page]:
    """Our page in headless Chromium. recording: int16 at 16 kHz; None refuses the microphone."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        flags = list(_FLAGS)
        if recording is not None:
            path = Path(folder) / "microphone.wav"
            soundfile.write(str(path), recording, RATE)
            flags += [
                "--use-fake-ui-for-media-stream",
                "--use-fake-device-for-media-stream",
                f"--use-file-for-fake-audio-capture={path}%noloop",
            ]
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", headless=True, args=flags
        )
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address)
        yield page
        browser.close()


def quiet(seconds: float) -> np.ndarray:
    """A quiet line."""
    return np.zeros(int(seconds * RATE), dtype=np.int16)


def until(page: Page, expression: str) -> None:
    """Asks the page until `expression` holds; `wait_for_function` needs a forbidden eval."""
    give_up = time.monotonic() + 60
    while not page.evaluate(expression):
        assert time.monotonic() < give_up, f"still not: {expression}"
        page.wait_for_timeout(50)
