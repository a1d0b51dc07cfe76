"""The routes of the operator's page, at a real socket."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.recording.places import folder_of
from bot.recording.sound_file import RATE, SoundFile
from bot.store import SessionStore
from tests.bot.doors import Doors, doors

HERE = ("/api/console/about", "/api/console/calls", "/api/console/figures",
        "/api/console/unanswered", "/api/documents")  # fmt: skip


def key(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


@asynccontextmanager
async def asked(door: Doors, name: str = "") -> AsyncIterator[httpx.AsyncClient]:
    headers = key(name) if name else {}
    async with httpx.AsyncClient(base_url=door.url(""), headers=headers, timeout=20) as http:
        yield http


@asynccontextmanager
async def told(http: httpx.AsyncClient, path: str) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The events of a path, as they come."""

    async def events(response: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
        name = ""
        async for line in response.aiter_lines():
            kind, _, text = line.partition(": ")
            name = text if kind == "event" else name
            if kind == "data":
                yield name, json.loads(text)

    async with http.stream("GET", path) as response, asyncio.timeout(20):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield events(response)


async def live(store: SessionStore, name: str, owner: str) -> None:
    await store.open(name, now=time.time(), owner=owner)
    begun = {"kind": "begun", "turn": 0, "state": "IDLE", "at": 1.0, "door": "browser"}
    store.append(name, begun)
    await store.flush()


async def ids(http: httpx.AsyncClient) -> list[str]:
    async with told(http, "/api/console/calls") as events:
        async for name, data in events:
            assert name == "calls"
            return [call["id"] for call in data["calls"]]
    raise AssertionError


async def test_the_operators_key_alone_opens_the_console_where_there_is_one(store: SessionStore):
    """It sees all calls, and ends them; the other keys and tokens see nothing of it."""
    async with doors(store, api_keys="one,two", operator_key="all") as door:
        entry = door.app.state.entry
        await live(store, "of-one", entry.keys.owner(b"one"))
        await live(store, "of-two", entry.keys.owner(b"two"))
        async with asked(door, "one") as http:
            for path in HERE:
                assert (await http.get(path)).status_code == 401
            token = (await http.post("/api/sessions")).json()["token"]
        async with asked(door, token) as http:
            assert (await http.get("/api/console/about")).status_code == 403
        async with asked(door, "all") as http:
            assert await ids(http) == ["of-one", "of-two"]
            assert (await http.get("/api/sessions/of-two")).status_code == 200
            ended = await http.post("/api/sessions/of-two/control", json={"type": "end"})
            assert ended.status_code == 202


async def test_without_one_each_key_sees_its_own_calls(store: SessionStore):
    """And those of the telephone; another's is answered like one that is not there."""
    async with doors(store, api_keys="one,two") as door:
        owner = door.app.state.entry.keys.owner
        for name, whose in (("a", owner(b"one")), ("b", owner(b"two")), ("c", "telephone")):
            await live(store, name, whose)
        async with asked(door, "one") as http:
            assert await ids(http) == ["a", "c"]
            answers = [await http.get(f"/api/console/calls/{name}") for name in ("b", "nobody")]
            assert [a.status_code for a in answers] == [404, 404]
            assert answers[0].json() == answers[1].json()


async def test_a_call_is_told_as_it_goes_on(store: SessionStore):
    """All that was, then what comes; and that it was forgotten."""
    async with doors(store) as door, asked(door) as http:
        await live(store, "s", "")
        async with told(http, "/api/console/calls/s") as events:
            name, first = await anext(events)
            assert (name, [e["kind"] for e in first]) == ("entries", ["begun"])
            store.append("s", {"kind": "transcript", "turn": 1, "text": "hello", "at": 2.0})
            name, then = await anext(events)
            assert [e["text"] for e in then] == ["hello"]


async def test_the_list_is_sent_when_it_changes(store: SessionStore):
    """A call that begins, moves or ends."""
    async with (
        doors(store) as door,
        asked(door) as http,
        told(http, "/api/console/calls") as events,
    ):
        assert (await anext(events))[1]["calls"] == []
        await live(store, "s", "")
        (call,) = (await anext(events))[1]["calls"]
        assert (call["id"], call["door"], call["state"]) == ("s", "browser", "IDLE")
        store.append("s", {"kind": "transition", "turn": 1, "to": "SPEAKING", "at": 2.0})
        (call,) = (await anext(events))[1]["calls"]
        assert (call["state"], call["turn"]) == ("SPEAKING", 1)
        store.release("s")
        assert (await anext(events))[1]["calls"] == []


async def test_a_recorded_call_is_heard_while_it_grows(store: SessionStore, tmp_path: Path):
    """From near its end, then what follows; part after part where that is asked for."""
    async with doors(store, data=tmp_path) as door, asked(door) as http:
        await live(store, "s", "")
        path = "/api/console/calls/s/sound"
        assert (await http.get(path)).status_code == 404
        folder = folder_of(tmp_path / "recordings", "s")
        folder.parent.mkdir()
        one = SoundFile(folder, {"kind": "recording", "owner": ""})
        second = bytes(2 * RATE)
        for _ in range(3):
            one.write((second, RATE), (second, RATE))
        newest = await http.get(path)
        assert len(newest.content) == 4 * RATE
        where = {"part": newest.headers["x-part"], "after": newest.headers["x-after"]}
        assert (await http.get(path, params=where)).content == b""
        one.write((b"\1\0" * RATE, RATE), (b"\2\0" * RATE, RATE))
        assert (await http.get(path, params=where)).content[:4] == b"\1\0\2\0"
        one.close()
        two = SoundFile(folder, {"kind": "recording", "owner": ""})
        two.write((second, RATE), (second, RATE))
        two.close()
        then = await http.get(path, params={"part": 1, "after": 4 * 4 * RATE})
        assert (then.headers["x-part"], len(then.content)) == ("2", 4 * RATE)


async def test_forgetting_a_session_removes_what_was_recorded_of_it(
    store: SessionStore, tmp_path: Path
):
    """Also when its record had expired before; never somebody else's."""
    async with doors(store, data=tmp_path, api_keys="one,two") as door:
        owner = door.app.state.entry.keys.owner(b"one")
        folders = [folder_of(tmp_path / "recordings", name) for name in ("kept", "expired")]
        folders[0].parent.mkdir()
        for folder in folders:
            SoundFile(folder, {"kind": "recording", "owner": owner}).close()
        await live(store, "kept", owner)
        for name, status in (("two", 404), ("one", 204)):
            async with asked(door, name) as http:
                for session_id in ("kept", "expired"):
                    answer = await http.delete(f"/api/sessions/{session_id}")
                    assert answer.status_code == status
        assert not any(folder.exists() for folder in folders)


@pytest.mark.parametrize("question", ["", "   ", 5, None, "x" * 501])
async def test_a_question_that_is_none_is_refused(store: SessionStore, question: Any):
    """400 with what to send."""
    async with doors(store) as door, asked(door) as http:
        answer = await http.post("/api/console/ask", json={"question": question})
        assert answer.status_code == 400
        assert "question" in answer.json()["detail"]


async def test_the_page_is_as_strict_as_the_callers(store: SessionStore):
    """The same policy; and no key is needed to see a page that shows nothing yet."""
    async with doors(store, api_keys="one") as door, asked(door) as http:
        page, other = await http.get("/console"), await http.get("/")
        assert page.status_code == 200
        policy = page.headers["content-security-policy"]
        assert policy == other.headers["content-security-policy"]
        assert "style=" not in page.text
        assert "onclick" not in page.text
