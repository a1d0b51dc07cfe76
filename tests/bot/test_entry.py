"""Who may come in, at a real socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

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


async def test_nobody_comes_in_without_a_key(door: Doors):
    """The answer comes before the upgrade, and says what to send."""
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right"}):
        answer = await door.come_in(**given)
        assert answer.startswith("401 ")
        assert "Authorization: Bearer" in answer
        assert "right" not in answer
