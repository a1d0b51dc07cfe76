"""The load test complains of what a caller would complain of, and only of that."""

import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest

from benchmarks.capacity.caller import Caller, Does, Heard
from benchmarks.capacity.plot import drawn
from benchmarks.capacity.script import FRAME_SECONDS, REPLY, Said
from benchmarks.capacity.search import fits
from benchmarks.capacity.targets import missed

LASTS = 4.0
SAID = Said(question=(b"q",) * 100, silence=(b"s",))
CHUNK = 0.04


class Call:
    """A caller on a clock that the test moves, 20 ms at a time."""

    def __init__(self, seed: int = 0) -> None:
        self.heard = Heard(since=0.0)
        self.caller = Caller(SAID, self.heard, seed, LASTS)
        self.now = 0.0
        self.caller.starts(now=0.0)

    def until(self, does: Does, most: float = 20.0) -> None:
        while self.caller.does is not does and most > 0:
            self.caller.tick(now=self.now)
            self.caller.next_frame(now=self.now)
            self.now += FRAME_SECONDS
            most -= FRAME_SECONDS
        assert self.caller.does is does

    def answer(self, seconds: float = LASTS, words: str = REPLY, late: float = 0.0) -> None:
        """late: by so much the middle of it."""
        self.caller.words(words)
        chunks = round(seconds / CHUNK)
        for number in range(chunks):
            self.now += CHUNK + (late if number == chunks // 2 else 0.0)
            self.caller.sound(CHUNK, now=self.now)

    def turn(self, wait: float = 0.5, **answer: Any) -> None:
        self.until(Does.WAIT)
        self.now += wait - CHUNK
        self.answer(**answer)
        self.until(Does.PAUSE)


def test_a_turn_as_it_should_be_is_measured():
    """From the last word to the first sound; no gap, no error."""
    call = Call()
    call.turn(wait=0.45)
    assert (call.heard.turns, dict(call.heard.errors)) == (1, {})
    assert call.heard.waits == [pytest.approx(0.45, abs=2 * FRAME_SECONDS)]
    assert call.heard.gaps == [pytest.approx(0.0, abs=1e-6)]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"words": "Something else."}, "words"),
        ({"seconds": 2.0}, "length"),
    ],
)
def test_a_wrong_answer_is_an_error(answer: dict[str, Any], error: str):
    """Other words, or half of them."""
    call = Call()
    call.turn(**answer)
    assert dict(call.heard.errors) == {error: 1}


def test_a_gap_in_an_answer_is_as_long_as_nothing_is_heard():
    """A client without a buffer plays what it has."""
    call = Call()
    call.turn(late=0.12)
    assert call.heard.gaps == [pytest.approx(0.12, abs=1e-6)]


def test_nobody_waits_for_ever():
    """No answer is an error, and the caller goes on."""
    call = Call()
    call.until(Does.WAIT)
    call.until(Does.PAUSE)
    assert dict(call.heard.errors) == {"unanswered": 1}


def barging() -> Call:
    """A call whose first answer is broken into."""
    for seed in range(100):
        call = Call(seed)
        if call.caller._barges:
            return call
    raise AssertionError


@pytest.mark.parametrize("stops", [True, False])
def test_an_answer_that_is_broken_into_has_to_stop(stops: bool):
    """One that does not is an error."""
    call = barging()
    call.until(Does.WAIT)
    call.answer(seconds=1.6)
    call.until(Does.TALK)
    if stops:
        call.caller.cut(now=call.now)
    call.until(Does.WAIT)
    assert call.heard.barges == 1
    assert dict(call.heard.errors) == ({} if stops else {"not_cut": 1})


def row(calls: int, **changed: Any) -> dict[str, Any]:
    good = {
        "door": "orchestrate", "calls": calls, "cpu": 0.5, "rss_mb": 900.0, "error_rate": 0.0,
        "refused": 0, "wait_p50_ms": 400.0, "wait_p95_ms": 450.0, "gap_ms": 3.0, "missed": [],
        "overload": False,
    }  # fmt: skip
    return good | changed


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"wait_p50_ms": 451.0}, "median over one call's"),
        ({"wait_p95_ms": 601.0}, "95 % over one call's"),
        ({"gap_ms": 41.0}, "longest audio gap"),
        ({"cpu": 1000.0}, "CPU"),
        ({"rss_mb": 2049.0}, "memory"),
        ({"error_rate": 0.002}, "errors"),
        ({"refused": 1}, "refused"),
    ],
)
def test_what_is_missed_has_a_name(changed: dict[str, Any], name: str):
    """Against the step with one call where the target says so."""
    assert missed(row(50), row(1)) == []
    assert missed(row(50, **changed), row(1)) == [name]


def test_as_many_fit_as_met_every_target():
    """A step that missed one, and the overload after it, don't count."""
    rows = [row(1), row(50), row(100, missed=["CPU"]), row(75, overload=True, missed=["CPU"])]
    assert fits(rows, "orchestrate") == 50
    assert fits(rows, "twilio") == 0


def test_the_plot_shows_every_step_but_the_overload():
    """As SVG that can be read."""
    svg = ElementTree.fromstring(drawn([row(1), row(50), row(75, overload=True)]))
    assert len([e for e in svg.iter() if e.tag.endswith("circle")]) == 2 * 2
