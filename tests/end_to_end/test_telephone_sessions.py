"""Who may read the sessions of telephone calls, and end them."""

import httpx
import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.end_to_end.telephone import handset, over

pytestmark = pytest.mark.slow

KEY = {"Authorization": "Bearer one"}


async def asks(door: Doors, method: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.request(method, door.url("/api/sessions/rung"), headers=headers)


async def test_a_call_is_read_and_ended_with_any_key(store: SessionStore, engine: Engine):
    """It is the operator's; whoever has a token, even one of the same key, is told of nothing."""
    async with doors(store, engine, api_keys="one,other", max_sessions_per_key=1) as door:
        tokens = door.app.state.entry.tokens
        told = await tokens.issue("rung", "telephone")
        async with (
            handset(door, await tokens.issue("another", "telephone"), "CA2"),
            handset(door, told) as caller,
        ):
            await caller.hears(1)
            await caller.press("0")
            await caller.until(lambda: caller.count("clear"))
            async with httpx.AsyncClient() as http:
                answer = await http.post(door.url("/api/sessions"), headers=KEY)
            of_token = {"Authorization": f"Bearer {answer.json()['token']}"}
            assert (await asks(door, "GET")).status_code == 401
            assert (await asks(door, "GET", **of_token)).status_code == 404
            assert (await asks(door, "DELETE", **of_token)).status_code == 404
            record = (await asks(door, "GET", Authorization="Bearer other")).json()
            kinds = {event["kind"] for event in record["events"]}
            assert {"transition", "answer"} <= kinds
            assert (await asks(door, "DELETE", **KEY)).status_code in (202, 204)
            await caller.line.wait_closed()
            assert (await asks(door, "GET", **KEY)).status_code == 404
        await over(door)
