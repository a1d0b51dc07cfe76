"""Documents that come in: what is refused, and that the others answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.console import uploads
from bot.library import Library
from bot.store import SessionStore
from rag_index.build import build
from rag_index.encoder import MiniLMEncoder
from tests.bot.doors import Doors, doors

FEES = b"# Fees\n\nThe application fee is $75.\n"
PARKING = b"# Parking\n\nVisitors park in lot C behind the library.\n"


@pytest.fixture(scope="module")
def encoder() -> MiniLMEncoder:
    return MiniLMEncoder(threads=1)


@pytest.fixture
def desk(tmp_path: Path, encoder: MiniLMEncoder) -> dict[str, Any]:
    """A help desk with one document."""
    documents = tmp_path / "desk" / "documents"
    documents.mkdir(parents=True)
    (documents / "fees.md").write_bytes(FEES)
    build([documents], tmp_path / "data" / "index", encoder)
    return {"data": tmp_path / "data", "knowledge": tmp_path / "desk"}


@pytest.fixture
async def door(store: SessionStore, desk: dict[str, Any]) -> AsyncIterator[Doors]:
    async with doors(store, **desk) as opened:
        yield opened
        await opened.app.state.console.uploads.close()


Send = Callable[..., Any]


@pytest.fixture
async def send(door: Doors) -> AsyncIterator[Send]:
    async with httpx.AsyncClient(timeout=60) as http:

        async def upload(name: str, body: Any = PARKING) -> httpx.Response:
            url = door.url("/api/documents")
            return await http.post(url, params={"name": name}, content=body)

        yield upload


async def built(door: Doors) -> dict[str, Any]:
    """Once nothing is being built any more."""
    console = door.app.state.console
    await asyncio.wait_for(console.uploads._task, 120)
    return await console.uploads.told()


async def test_a_document_that_came_answers(
    door: Doors, send: Send, desk: dict[str, Any], encoder: MiniLMEncoder
):
    """Without a restart, and beside those that were there; again, with its new words."""
    library = Library(desk["data"] / "index", encoder, lambda: 0.0)
    assert (await send("parking (new).md")).json() == {"name": "parking (new).md"}
    told = await built(door)
    assert told["building"] == []
    assert {d["name"] for d in told["documents"]} == {"fees.md", "parking (new).md"}
    assert told["done"][-1]["passages"] == 2
    question = "where do visitors park"
    library._looked = -1e9
    hits = library(question, encoder.encode([question])[0], None)
    assert "lot C" in hits[0].passage.text
    folder = desk["knowledge"] / "documents"
    assert sorted(p.name for p in folder.iterdir()) == ["fees.md", "parking (new).md"]


async def test_a_document_that_cant_be_read_takes_nobodys_place(
    door: Doors, send: Send, desk: dict[str, Any]
):
    """The older one of its name stays, and answers."""
    assert (await send("fees.md", b"text\0with nulls")).status_code == 202
    told = await built(door)
    assert "not text" in told["done"][-1]["problem"]
    assert (desk["knowledge"] / "documents" / "fees.md").read_bytes() == FEES
    assert [d["name"] for d in told["documents"]] == ["fees.md"]


@pytest.mark.parametrize(
    "name",
    [
        "", ".md", ".hidden.md", "../up.md", "a/b.md", "a\\b.md", "/etc/passwd", "run.sh", "md",
        "a\0.md", "a\n.md", "x" * 120 + ".md", "é" * 99 + ".md", "CON|.md", "<b>.md", "a.md/",
        "..", "-rf.md", "\u202egpj.md",
    ],
)  # fmt: skip
async def test_a_name_that_is_no_files_is_refused(send: Send, desk: dict[str, Any], name: str):
    """400 with what a name may be, before anything is written."""
    answer = await send(name)
    assert answer.status_code == 400
    assert ".md" in answer.json()["detail"]
    assert [p.name for p in (desk["knowledge"] / "documents").iterdir()] == ["fees.md"]


async def test_what_is_too_large_or_empty_is_refused_and_removed(
    door: Doors, send: Send, desk: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    """While it comes, not after; also where no length was announced."""
    monkeypatch.setattr(uploads, "LARGEST", 1_000_000)

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 65_536

    assert (await send("big.md", endless())).status_code == 413
    assert (await send("empty.md", b"")).status_code == 400
    monkeypatch.setattr(uploads, "COMES_WITHIN", 0.2)
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"POST /api/documents?name=slow.md HTTP/1.1\r\nHost: x\r\n")
    writer.write(b"Content-Length: 100\r\n\r\nx")
    async with asyncio.timeout(20):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    assert [p.name for p in (desk["knowledge"] / "documents").iterdir()] == ["fees.md"]


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"host": "127.0.0.1"}, 400),
        ({"host": "0.0.0.0", "api_keys": "k"}, 403),
        ({"host": "0.0.0.0", "api_keys": "k", "uploads": True}, 400),
        ({"host": "127.0.0.1", "uploads": False}, 403),
    ],
)
async def test_only_where_it_is_allowed(
    store: SessionStore, desk: dict[str, Any], given: dict[str, Any], status: int
):
    """Unset: where nobody but this machine reaches the server. (A bad name shows it is.)"""
    async with doors(store, **desk, **given) as door, httpx.AsyncClient() as http:
        headers = {"Authorization": "Bearer k"}
        url = door.url("/api/documents")
        answer = await http.post(url, params={"name": "no"}, content=b"x", headers=headers)
        assert answer.status_code == status
        told = json.loads((await http.get(url, headers=headers)).content)
        assert told["uploads"] is (status == 400)
