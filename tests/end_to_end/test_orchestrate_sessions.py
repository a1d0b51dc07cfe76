"""Whose an /orchestrate session is, and how it goes on elsewhere."""

import asyncio

import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.bot.orchestrate_client import Client, orchestrate
from tests.end_to_end.answerers import answered_by

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


async def test_a_session_is_taken_up_again(door: Doors):
    """By its token, after the line dropped: the conversation goes on."""
    async with orchestrate(door) as first:
        token = (await first.start())["resume_token"]
        await first.ask(FEE)
        await first.until("turn_complete")
    async with orchestrate(door) as second:
        again = await second.start(resume_token=token)
        assert again["resumed"]
        assert again["session_id"] == first.session_id
        assert again["turn_number"] == 1
        await second.ask("And for graduate programs?")
        done = await second.until("turn_complete")
        assert done["turn_number"] == 2
        said = [m["text"] for m in second.messages if m["type"] == "response_ready"]
        assert "$" in " ".join(said)


@pytest.mark.parametrize("token", ["nonsense", "x" * 1000, ""])
async def test_an_unknown_token_resumes_nothing(client: Client, token: str):
    """An empty one is none."""
    await client.send("session_start", resume_token=token)
    if not token:
        await client.until("session_started")
        return
    answer = await client.until("error")
    assert (answer["code"], answer["fatal"]) == ("cannot_resume", True)
    assert await client.closed() == 4404


async def test_who_takes_up_a_session_has_it(door: Doors):
    """The old connection is told."""
    async with orchestrate(door) as old, orchestrate(door) as new:
        token = (await old.start())["resume_token"]
        await new.start(resume_token=token)
        assert (await old.until("error"))["code"] == "taken_over"
        assert await old.closed() == 4409
        await new.lives()
        assert len(door.app.state.calls) == 1


async def test_a_server_that_stops_says_how_to_go_on(store: SessionStore, engine: Engine):
    """session_ended with a token, 1012."""
    async with doors(store, engine) as door:
        opening = orchestrate(door)
        client = await opening.__aenter__()
        await client.start()
        door.server.should_exit = True
        ended = await client.until("session_ended")
        assert ended["reason"] == "draining"
        assert ended["resume_token"]
        assert await client.closed() == 1012
        await opening.__aexit__(None, None, None)


async def test_doors_are_closed_before_the_upgrade(store: SessionStore, engine: Engine):
    """Without a key 401; without room 503, with Retry-After; a token opens one session, once."""
    async with doors(store, engine, api_keys="right", max_sessions=1) as door:
        assert (await door.come_in("/orchestrate")).startswith("401")
        assert (await door.come_in("/orchestrate?token=wrong")).startswith("401")
        async with orchestrate(door, Authorization="Bearer right") as client:
            await client.start()
            refused = await door.come_in("/orchestrate", Authorization="Bearer right")
            assert refused.startswith("503")


async def test_a_session_is_its_keys_alone(store: SessionStore, engine: Engine):
    """Another key's token resumes nothing; another key's id is another session."""
    one, two = ({"Authorization": f"Bearer {key}"} for key in ("one", "two"))
    async with doors(store, engine, api_keys="one,two") as door, orchestrate(door, **one) as mine:
        token = (await mine.start(session_id="same"))["resume_token"]
        await mine.ask(FEE)
        await mine.until("turn_complete")
        async with orchestrate(door, **two) as theirs:
            started = await theirs.start(session_id="same")
            assert not started["resumed"]
            await mine.lives()
        async with orchestrate(door, **two) as thief:
            await thief.send("session_start", resume_token=token)
            assert (await thief.until("error"))["code"] == "cannot_resume"


class Broken:
    """An answerer that can't."""

    def answer(self, *_: object, **__: object) -> None:
        raise RuntimeError("broken")

    def ahead(self, *_: object) -> None:
        """Nothing is read ahead."""


async def test_a_turn_that_fails_is_apologised_for(store: SessionStore, engine: Engine):
    """turn_failed, not fatal, and the next turn is heard."""
    broken = answered_by(engine, Broken())
    async with doors(store, broken) as door, orchestrate(door) as client:
        await client.start()
        await client.ask(FEE)
        failed = await client.until("error")
        assert (failed["code"], failed["fatal"]) == ("turn_failed", False)
        said = [m["text"] for m in client.messages if m["type"] == "transcript" and m["final"]]
        assert said == [FEE, broken.persona.apology]
        assert len(client.audio) > 8000
        assert [m["to"] for m in client.messages if m["type"] == "state_change"][-1] == "IDLE"
        await client.ask(FEE)
        await client.until("transcript", role="user", final=True)


async def test_nothing_is_left_of_a_call(door: Doors):
    """Neither a slot nor a task."""
    before = len(asyncio.all_tasks())
    for _ in range(3):
        async with orchestrate(door) as client:
            await client.start()
            await client.ask(FEE)
            await client.until("state_change", to="THINKING")
    async with asyncio.timeout(10):
        while len(door.app.state.calls) or len(asyncio.all_tasks()) > before:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
