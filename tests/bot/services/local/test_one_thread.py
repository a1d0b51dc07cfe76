"""A model does one thing at a time, and next what is waited for most."""

import asyncio
from threading import Event

import pytest

from bot.services.local.one_thread import OneThread


class Model:
    """Is busy until it is let go; then says in which order it did the rest."""

    def __init__(self) -> None:
        self.now = 0.0
        self.did: list[str] = []
        self._lets = Event()
        self.thread = OneThread("model", clock=lambda: self.now)
        self.busy = self.thread.run(0.0, self._lets.wait)

    def ask(self, what: str, patience: float) -> asyncio.Future[None]:
        return self.thread.run(patience, self.did.append, what)

    async def go_on(self, *asked: asyncio.Future[None]) -> list[str]:
        self._lets.set()
        await asyncio.gather(self.busy, *asked)
        return self.did


async def test_what_is_waited_for_overtakes_what_can_wait():
    """The words of a caller who fell silent, before the partial ones of another who speaks."""
    model = Model()
    asked = [model.ask("partial", 0.5), model.ask("final", 0.0), model.ask("next final", 0.0)]
    assert await model.go_on(*asked) == ["final", "next final", "partial"]


async def test_nobody_waits_for_ever():
    """What has waited as long as it could comes before what is asked later."""
    model = Model()
    partial = model.ask("partial", 0.5)
    model.now = 0.6
    final = model.ask("final", 0.0)
    assert await model.go_on(partial, final) == ["partial", "final"]


async def test_what_nobody_wants_any_more_is_not_done():
    """The answer that it was for was thrown away."""
    model = Model()
    dropped, wanted = model.ask("dropped", 0.0), model.ask("wanted", 0.0)
    dropped.cancel()
    await asyncio.sleep(0)  # the loop tells the thread
    assert await model.go_on(wanted) == ["wanted"]


async def test_an_error_is_the_askers():
    """And the next one is served all the same."""
    model = Model()
    failing = model.thread.run(0.0, int, "x")
    wanted = model.ask("wanted", 0.0)
    await model.go_on(wanted)
    with pytest.raises(ValueError, match="x"):
        await failing
