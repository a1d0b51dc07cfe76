"""POST /api/sessions/{id}/control: its owner's alone, and only what is known."""

import httpx
import pytest

from bot.store import SessionStore
from tests.bot.doors import doors


def key(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def test_only_its_owner_may_tell_a_session_something(store: SessionStore):
    """202 with who has heard it; somebody else's is answered like one that is not there."""
    heard: list[str] = []
    async with doors(store, api_keys="one,two") as door, httpx.AsyncClient() as http:
        owner = (await http.post(door.url("/api/sessions"), headers=key("one"))).json()
        mine, token = owner["session_id"], owner["token"]
        async with httpx.AsyncClient(headers=key("one")) as told:
            path = door.url(f"/api/sessions/{mine}/control")
            assert (await told.post(path, json={"type": "end"})).status_code == 404
            await store.open(mine, now=1.0, owner=door.app.state.entry.keys.owner(b"one"))
            assert (await told.post(path, json={"type": "end"})).json() == {"receivers": 0}
            store.hear(mine, heard.append)
            while not (await told.post(path, json={"type": "end"})).json()["receivers"]:
                pass
        answers = [
            await http.post(door.url(f"/api/sessions/{name}/control"), json={"type": "end"},
                            headers=key("two"))
            for name in (mine, "nobody")
        ]  # fmt: skip
        assert [a.status_code for a in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()
        by_token = await http.post(path, json={"type": "end"}, headers=key(token))
        assert by_token.status_code == 202


@pytest.mark.parametrize(
    "message",
    [
        {}, {"type": "shout"}, {"type": "say"}, {"type": "say", "text": "  "},
        {"type": "say", "text": "x" * 1001}, {"type": "transfer"}, {"type": "forget"},
        {"type": "end", "reason": "x" * 201}, {"type": "end", "reason": 5},
    ],
)  # fmt: skip
async def test_what_is_not_known_is_refused_with_what_is(store: SessionStore, message: dict):
    """400 before anybody is told."""
    async with doors(store) as door, httpx.AsyncClient() as http:
        await store.open("s", now=1.0)
        answer = await http.post(door.url("/api/sessions/s/control"), json=message)
        assert answer.status_code == 400
        assert "user_speaking" in answer.json()["detail"]
