"""`runner.py replay`: what an operator sees."""

import asyncio
import base64
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.keys import cipher_keys
from bot.store import SessionStore, open_store
from bot.store.keeping import Keeping
from tests.conversation.test_replaying import ASKED, recorded

ROOT = Path(__file__).parents[2]


@dataclass
class Told:
    """What a command printed, and how it ended."""

    code: int | None
    out: str
    error: str


async def run(data: Path, *arguments: str, **given: str) -> Told:
    """As somebody would, beside the server that holds the folder."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TURNWISE_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "runner.py", "replay", *arguments,
        cwd=ROOT, stdout=PIPE, stderr=PIPE,
        env={**environment, "TURNWISE_DATA": str(data), **given},
    )  # fmt: skip
    out, error = await process.communicate()
    return Told(process.returncode, out.decode(), error.decode())


async def keep(store: SessionStore, session_id: str, entries: Sequence[dict]) -> None:
    await store.open(session_id, now=1.0)
    for entry in entries:
        store.append(session_id, entry)
    await store.flush()


async def test_a_recorded_session_is_replayed(store: SessionStore, tmp_path: Path):
    """In words, or as JSON; exit code 0 without a difference and 1 with one."""
    right = recorded(ASKED, ASKED)
    wrong = [{**e, "turn": 9} if e.get("to") == "SPEAKING" else e for e in right]
    await keep(store, "right", right)
    await keep(store, "wrong", wrong)
    told = await run(tmp_path / "data", "right")
    assert (told.code, told.error) == (0, "")
    assert told.out.startswith("Connections: 2, ")
    assert told.out.endswith("differences: 0.\n")
    told = await run(tmp_path / "data", "wrong")
    assert told.code == 1
    heads = [line.split()[:4] for line in told.out.splitlines()]
    assert ["connection", "turn", "recorded", "replayed"] in heads
    assert ["1", "9", "speech_started", "to"] in heads
    told = await run(tmp_path / "data", "wrong", "--json")
    assert told.code == 1
    first = json.loads(told.out)["differences"][0]
    assert first["recorded"] == "speech_started to SPEAKING, turn 9"


async def test_an_unknown_session_is_said_in_a_line(store: SessionStore, tmp_path: Path):
    """Exit code 2, and what to check."""
    told = await run(tmp_path / "data", "nobody")
    assert told.code == 2
    (line,) = told.error.splitlines()
    assert "'nobody'" in line
    assert "TURNWISE_DATA" in line


@pytest.mark.parametrize("cut", [1, 3])
async def test_a_trimmed_stream_says_so(store: SessionStore, tmp_path: Path, cut: int):
    """It is replayed from the next connection."""
    await keep(store, "trimmed", recorded(ASKED, ASKED)[cut:])
    told = await run(tmp_path / "data", "trimmed")
    assert told.code == 0
    assert told.out.startswith("Connections: 1, ")
    assert "beginning of the stream is not kept" in told.out


async def test_what_was_encrypted_is_replayed_with_the_key(tmp_path: Path):
    """With TURNWISE_STORE_KEY; without it, one line."""
    key = base64.b64encode(bytes(range(32))).decode()
    store = await open_store(None, tmp_path / "data", Keeping(keys=tuple(cipher_keys(key))))
    await keep(store, "sealed", recorded(ASKED))
    told = await run(tmp_path / "data", "sealed", TURNWISE_STORE_KEY=key)
    assert (told.code, told.error) == (0, "")
    told = await run(tmp_path / "data", "sealed")
    assert told.code == 2
    assert "TURNWISE_STORE_KEY" in told.error
    assert len(told.error.splitlines()) == 1
    await store.close()
