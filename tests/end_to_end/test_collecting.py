"""A form filled in through `runner.py chat`, posted to a real server that is busy at first."""

import http.server
import json
import re
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.end_to_end.test_command_line import run

pytestmark = pytest.mark.slow

FILLED_IN = (
    "can someone call me back",
    "It's Maria Lopez",
    "five five five",
    "six oh seven five five five two three six eight",
    "the third of may",
    "skip that",
    "no, the day is may fourth",
)


class Receiver:
    """An HTTP server that gives these statuses, the last one for ever; keeps keys and bodies."""

    def __init__(self, *statuses: int) -> None:
        self.posts: list[tuple[str, dict[str, object]]] = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.posts.append((self.headers["Idempotency-Key"], json.loads(body)))
                self.send_response(statuses[min(len(receiver.posts), len(statuses)) - 1])
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                return

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callbacks"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self) -> "Receiver":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def busy() -> Iterator[Receiver]:
    with Receiver(503, 200) as receiver:
        yield receiver


@pytest.fixture
def refusing() -> Iterator[Receiver]:
    with Receiver(400) as receiver:
        yield receiver


def chat(data: Path, *lines: str, **environment: str) -> list[dict]:
    """The messages of a conversation in text."""
    result = run("chat", "--json", data=data, stdin="\n".join(lines) + "\n", **environment)
    assert result.returncode == 0, result.stderr
    assert "Maria" not in result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def said(messages: list[dict]) -> list[str]:
    """What the bot said, reply by reply."""
    told = [m for m in messages if m["type"] == "transcript" and m["role"] == "agent"]
    return [m["text"] for m in told if m["final"]]


def test_a_call_back_is_asked_for_read_back_corrected_and_posted(data_folder: Path, busy: Receiver):
    """The webhook gets it once it is there; only then the caller hears that it was passed on."""
    messages = chat(data_folder, *FILLED_IN, "yes", TURNWISE_WEBHOOK_URL=busy.url)
    replies = said(messages)
    assert any("with its area code" in reply for reply in replies)
    assert re.search(r"Phone number: 607-555-2368\. Day: \w+, May 3, \d{4}\.", "\n".join(replies))
    assert "passed that on" in replies[-1]
    (first, body), (second, again) = busy.posts
    assert (first, body) == (second, again)
    today = date.today()
    due = date(today.year, 5, 4)
    due = due if due >= today else due.replace(year=today.year + 1)
    assert body["fields"] == {
        "name": "Maria Lopez", "phone": "+16075552368", "day": due.isoformat(), "topic": None,
    }  # fmt: skip
    assert messages[-1]["type"] == "session_ended"


def test_a_call_back_that_nobody_took_is_said_to_be_none(data_folder: Path, refusing: Receiver):
    """The caller is told, and offered a person: a yes transfers, with what was collected."""
    messages = chat(data_folder, *FILLED_IN, "yes", "yes", TURNWISE_WEBHOOK_URL=refusing.url)
    assert len(refusing.posts) == 1
    replies = said(messages)
    assert "nobody has received it" in replies[-2]
    transfers = [m for m in messages if m.get("stage") == "transfer"]
    assert len(transfers) == 1
    assert "Maria Lopez" in transfers[0]["details"]["summary"]


def test_what_was_not_agreed_to_is_posted_nowhere(data_folder: Path, busy: Receiver):
    """Left at the read-back: nothing goes out."""
    messages = chat(data_folder, *FILLED_IN, "never mind", TURNWISE_WEBHOOK_URL=busy.url)
    assert "leave that" in said(messages)[-1]
    assert busy.posts == []
