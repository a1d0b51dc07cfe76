"""What a caller has really heard, by the marks that come back, is what the bot has said."""

import pytest

from bot.engine import Engine
from tests.bot.doors import Doors
from tests.end_to_end.telephone import handset

pytestmark = pytest.mark.slow


async def kept(door: Doors, session: str, *, marks_until_ms: float, heard: float) -> str:
    """What is remembered of the greeting, cut after so many seconds of it were sent."""
    token = await door.app.state.entry.tokens.issue(session, "telephone")
    async with handset(door, token, echoes_until_ms=marks_until_ms) as caller:
        await caller.hears(heard)
        await caller.press("0")
        await caller.until(lambda: caller.count("clear"))
        await caller.hears(heard + 1)
    events = await door.app.state.store.events(session)
    return next(e["text"] for e in events if e["kind"] == "answer" and e["turn"] == 0)


async def test_only_what_was_really_heard_is_remembered(door: Doors, engine: Engine):
    """Of three seconds that were sent: all, one second of them, nothing but the first sound."""
    all_of_it = await kept(door, "good", marks_until_ms=float("inf"), heard=3)
    late = await kept(door, "late", marks_until_ms=1000, heard=3)
    never = await kept(door, "never", marks_until_ms=-1, heard=3)
    assert engine.persona.greeting.startswith(all_of_it)
    assert all_of_it.startswith(late)
    assert late.startswith(never)
    assert 6 <= len(all_of_it.split()) < len(engine.persona.greeting.split())
    assert 3 <= len(late.split()) < 6
    assert len(never.split()) <= 1
