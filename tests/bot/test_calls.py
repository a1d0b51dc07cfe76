"""How many calls there are."""

import asyncio

import pytest
from fastapi import HTTPException

from bot.calls import Calls


def refused(calls: Calls, owner: str = "") -> int:
    """The status with which the owner's next call is refused; 0: it isn't."""
    try:
        calls.check_room(owner)
    except HTTPException as refusal:
        return refusal.status_code
    return 0


def test_a_place_is_kept_while_a_call_comes_about():
    """For whoever it was given to, until that is held or has failed."""
    calls = Calls(room=2, room_each=1)
    with calls.place("one"), calls.place("two"):
        assert calls.full
        assert refused(calls, "three") == 503
        assert len(calls) == 0
    with calls.place("one"):
        assert (refused(calls, "one"), refused(calls, "two")) == (429, 0)
    with pytest.raises(RuntimeError), calls.place("one"):
        raise RuntimeError
    assert (calls.full, refused(calls, "one")) == (False, 0)


@pytest.mark.parametrize("fails", [True, False])
async def test_a_call_that_is_over_makes_room(fails: bool):
    """Ended from outside or broken."""
    calls = Calls(room=1)
    task = calls.hold("one", _broken() if fails else _goes_on())
    assert refused(calls) == 503
    if fails:
        await asyncio.wait([task])
    else:
        await calls.end("one")
    assert refused(calls) == 0


async def _broken() -> None:
    raise ValueError


async def _goes_on() -> None:
    await asyncio.Event().wait()
