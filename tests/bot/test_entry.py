"""Who may come in, at a real socket."""

import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.entry import TELEPHONE, Visitor
from bot.store import SessionStore
from tests.bot.doors import Doors, doors

KEY = {"Authorization": "Bearer right"}


@pytest.fixture
async def door(store: SessionStore, tmp_path: Path) -> AsyncIterator[Doors]:
    async with doors(store, data=tmp_path / "data", api_keys="right,other") as opened:
        yield opened


async def token(door: Doors, **headers: str) -> dict[str, str]:
    async with httpx.AsyncClient() as http:
        return (await http.post(door.url("/api/sessions"), headers={**KEY, **headers})).json()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_nobody_comes_in_without_a_key(door: Doors):
    """The answer comes before the upgrade, and says what to send."""
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}):
        answer = await door.come_in(**given)
        assert answer.startswith("401 ")
        assert "Authorization: Bearer" in answer
        assert "right" not in answer


def test_a_session_is_its_owners_alone():
    """A token's is one session of its key; a telephone call is any key's, and no token's."""
    key, token = Visitor("a"), Visitor("a", "s")
    assert key.owns("s", "a")
    assert token.owns("s", "a")
    assert not key.owns("s", "b")
    assert not token.owns("other", "a")
    assert key.owns("s", TELEPHONE)
    assert Visitor("").owns("s", TELEPHONE)
    assert not token.owns("s", TELEPHONE)


async def test_each_key_lets_in_as_somebody_else(door: Doors):
    """Several are good at once."""
    right, other = [await door.come_in(**bearer(key)) for key in ("right", "other")]
    assert right.endswith("any session")
    assert other.endswith("any session")
    assert right != other
    assert not any(key in right + other for key in ("right", "other"))


async def test_a_key_given_as_its_hash_lets_in(store: SessionStore, tmp_path: Path):
    """As the same owner as the key itself; the hash lets nobody in."""
    hashed = "sha256:" + hashlib.sha256(b"right").hexdigest()
    async with doors(store, data=tmp_path, api_keys=f"other,{hashed}") as door:
        by_hash = await door.come_in(**KEY)
        assert (await door.come_in(**bearer(hashed))).startswith("401")
        assert (await door.come_in(**bearer("other"))).endswith("any session")
    async with doors(store, data=tmp_path, api_keys="right") as door:
        assert await door.come_in(**KEY) == by_hash


async def test_keys_are_changed_one_by_one(store: SessionStore, tmp_path: Path):
    """The old one, both, the new one: with the old one removed, its tokens are refused too."""
    async with doors(store, data=tmp_path, api_keys="right") as door:
        assert (await door.come_in(**KEY)).endswith("any session")
    async with doors(store, data=tmp_path, api_keys="right,new") as door:
        assert (await door.come_in(**KEY)).endswith("any session")
        assert (await door.come_in(**bearer("new"))).endswith("any session")
        old = await token(door)
        new = await token(door, **bearer("new"))
    async with doors(store, data=tmp_path, api_keys="new") as door:
        assert (await door.come_in(**KEY)).startswith("401")
        assert (await door.come_in(f"/door?token={old['token']}")).startswith("401")
        assert (await door.come_in(f"/door?token={new['token']}")).endswith(new["session_id"])


async def test_a_token_opens_one_session_once(door: Doors):
    """In the address or as a header; then it is said where to get another."""
    for way in ("/door?token={}", "header"):
        given = await token(door)
        path, headers = way.format(given["token"]), {}
        if way == "header":
            path, headers = "/door", bearer(given["token"])
        assert (await door.come_in(path, **headers)).endswith(given["session_id"])
        again = await door.come_in(path, **headers)
        assert again.startswith("401")
        assert "POST /api/sessions" in again


async def test_a_token_expires(door: Doors):
    """After the seconds that were told with it."""
    given = await token(door)
    assert given["expires_in"] == 60
    tokens = door.app.state.entry.tokens
    tokens.wall_clock = lambda: time.time() + 61
    assert (await door.come_in(f"/door?token={given['token']}")).startswith("401")
    tokens.wall_clock = time.time
    assert (await door.come_in(f"/door?token={given['token']}")).endswith(given["session_id"])


async def test_a_token_is_as_it_was_signed(door: Doors):
    """Changed, cut, of another kind or much too long, it is none."""
    text = (await token(door))["token"]
    resume = await door.app.state.entry.tokens.issue("session", "telephone")
    changed = text.replace(text[3], "A" if text[3] != "A" else "B", 1)
    for wrong in (changed, text[:-3], text[1:], "x" * 5000, resume, "%00"):
        assert (await door.come_in(f"/door?token={wrong}")).startswith("401")


async def test_a_token_is_no_key(door: Doors):
    """It can't get others, and in the address of an HTTP request it is not looked at."""
    text = (await token(door))["token"]
    async with httpx.AsyncClient() as http:
        more = await http.post(door.url("/api/sessions"), headers=bearer(text))
        assert more.status_code == 403
        seen = await http.get(door.url(f"/api/sessions/x?token={text}"))
        assert seen.status_code == 401


async def test_other_pages_may_not_come(door: Doors):
    """A browser on somebody else's page is refused, key or not; ours and programs are not."""
    for scheme in ("http", "https"):
        refused = await door.come_in(**KEY, Origin=f"{scheme}://elsewhere.example")
        assert refused.startswith("403")
        assert "TURNWISE_ORIGINS" in refused
    assert (await door.come_in(**KEY, Origin="null")).startswith("403")
    assert (await door.come_in(**KEY, Origin=door.url(""))).endswith("any session")
    assert (await door.come_in(**KEY)).endswith("any session")


async def test_pages_on_the_list_may_come(store: SessionStore):
    """And no others."""
    given = {"api_keys": "right", "origins": "https://desk.example, https://pages.example:8443"}
    async with doors(store, **given) as door:
        for page, answer in (
            ("https://desk.example", "any session"),
            ("https://pages.example:8443", "any session"),
        ):
            assert (await door.come_in(**KEY, Origin=page)).endswith(answer)
        assert (await door.come_in(**KEY, Origin="https://pages.example")).startswith("403")


async def test_a_server_without_keys_is_for_this_machines_pages(store: SessionStore):
    """A page whose name was made to point here is not ours, though its host is the same."""
    async with doors(store) as door:
        assert (await door.come_in(Origin=door.url(""))) == "anybody any session"
        theirs = {"Host": f"evil.example:{door.port}", "Origin": f"http://evil.example:{door.port}"}
        async with httpx.AsyncClient() as http:
            refused = await http.post(door.url("/api/sessions"), headers=theirs)
            assert refused.status_code == 403
            ours = await http.post(door.url("/api/sessions"), headers={"Origin": door.url("")})
            assert ours.status_code == 200
