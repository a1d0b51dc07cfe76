"""Telephone lines that stand still, for a while or for ever."""

import asyncio

import pytest

from bot.engine import Engine
from bot.store import SessionStore
from tests.bot.doors import Doors, doors
from tests.emulators.twilio_api import TwilioApi
from tests.end_to_end.telephone import account, handset, over, parameters, ring, spoken

pytestmark = pytest.mark.slow

FEE = "How much is the application fee for first-year applicants?"


async def test_a_line_that_stands_still_for_a_while_goes_on(door: Doors, engine: Engine):
    """For as long as another caller is greeted, who notices nothing; then it is answered."""
    question = spoken(FEE)
    async with (
        handset(door, parameters(await ring(door))) as still,
        handset(door, parameters(await ring(door))) as other,
    ):
        await still.hears(0.5)
        still.stands.clear()
        await other.is_told(engine, "admissions")
        still.stands.set()
        await still.is_told(engine, "admissions")
        greeted = len(still.audio)
        still.says(question)
        await still.is_told(engine, "$60", since=greeted)


@pytest.mark.parametrize("reads", [True, False], ids=["sends nothing", "and takes nothing"])
async def test_a_line_that_never_comes_back_ends(
    store: SessionStore, engine: Engine, api: TwilioApi, reads: bool
):
    """By itself: hung up, no task left of it; another caller is answered meanwhile."""
    given = {**account(api), "stalled_line_seconds": 3}
    question = spoken(FEE)
    async with doors(store, engine, **given) as door:
        tokens = door.app.state.entry.tokens
        async with handset(door, await tokens.issue("other", "telephone"), "CA2") as other:
            before = asyncio.all_tasks()
            async with handset(door, await tokens.issue("still", "telephone")) as still:
                await still.hears(0.5)
                still.stands.clear()
                if not reads:
                    still.line.transport.pause_reading()
                await other.until(lambda: not door.app.state.calls.holds("still"))
                update = await api.asked()
            assert update.path.endswith("/CA1.json")
            assert update.form == {"Status": "completed"}
            await other.until(lambda: not _left(before))
            greeted = len(other.audio)
            other.says(question)
            await other.is_told(engine, "$60", since=greeted)
        await over(door)


def _left(before: set[asyncio.Task[object]]) -> set[str]:
    """Names of tasks of a session that were not there before."""
    return {task.get_name() for task in asyncio.all_tasks() - before if "still" in task.get_name()}
