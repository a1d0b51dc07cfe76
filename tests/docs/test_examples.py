"""The examples do what the pages say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from examples.orchestrate_client import Client
from tests.docs.commands import ROOT
from tests.docs.servers import free_port, serving

pytestmark = pytest.mark.slow

SAID = ("Where is my application?", "one two three four five", "yes")


RUNNER = [sys.executable, "runner.py"]
DESK = {"TURNWISE_KNOWLEDGE": "examples/own_desk"}


@pytest.fixture
def data(tmp_path: Path) -> str:
    """A data folder with the index of the example's desk."""
    environment = {**os.environ, **DESK, "TURNWISE_DATA": str(tmp_path / "data")}
    build = [*RUNNER, "index", "build"]
    subprocess.run(build, cwd=ROOT, env=environment, check=True, timeout=60)
    return environment["TURNWISE_DATA"]


async def test_an_action_of_ones_own_is_asked_for_done_and_told_in_the_call(data: str):
    """The form is read back and posted with a signature; what was looked up is said."""
    here, there = free_port(), free_port()
    settings = {
        **DESK,
        "TURNWISE_DATA": data,
        "TURNWISE_PORT": str(here),
        "TURNWISE_WEBHOOK_URL": f"http://127.0.0.1:{there}/status",
        "TURNWISE_WEBHOOK_SECRET": "sixteen characters",
    }
    reached = ["--turnwise", f"http://127.0.0.1:{here}", "--port", str(there)]
    action = [sys.executable, "examples/own_action.py", *reached]
    with (
        serving([*RUNNER, "serve"], "ready for calls", ROOT, **settings),
        serving(action, "running on", ROOT, **settings),
    ):
        async with connect(f"ws://127.0.0.1:{here}/orchestrate", max_size=None) as line:
            client = Client(line)
            await client.start()
            for words in SAID:
                await client.ask(words)
                await client.until("turn_complete")
            while "complete, and a decision" not in " ".join(client.said):
                await client.until("response_ready")
    told = " ".join(client.said)
    assert "What is your application number?" in told
    assert "Application number: 1 2 3 4 5." in told
    assert told.index("Is that right?") < told.index("Your application is complete")
