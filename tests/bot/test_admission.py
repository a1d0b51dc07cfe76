"""Who comes when there is too much of anything is refused, and taken once there is less."""

from dataclasses import replace

import pytest

from bot.admission import AGAIN, MOST, Admission, Load, room

GB = 1 << 30


@pytest.mark.parametrize("name", ["lag", "loop", "cpu", "memory", "judging"])
def test_too_much_of_any_one_refuses(name: str):
    """However little there is of the others; and it is said of what there is too much."""
    admission = Admission()
    assert admission.judge(Load())
    assert not admission.judge(replace(Load(), **{name: 1.01 * getattr(MOST, name)}))
    assert admission.too_much == {name}


def test_calls_are_taken_again_when_there_is_clearly_less():
    """A worker at its limit does not say yes and no by turns."""
    admission = Admission()
    assert admission.judge(Load(cpu=MOST.cpu))
    assert not admission.judge(Load(cpu=MOST.cpu + 0.01))
    assert not admission.judge(Load(cpu=MOST.cpu - 0.01))
    assert admission.judge(Load(cpu=MOST.cpu * AGAIN - 0.01))
    assert admission.judge(Load(cpu=MOST.cpu - 0.01))


def test_what_is_left_of_one_does_not_hold_back_the_others():
    """Only what there was too much of has to fall further."""
    admission = Admission()
    assert not admission.judge(Load(lag=1.0, cpu=MOST.cpu - 0.01))
    assert admission.judge(Load(cpu=MOST.cpu - 0.01))


@pytest.mark.parametrize(
    ("cores", "memory", "hosted", "calls"),
    [
        (2, 16 * GB, True, 32),
        (2, 16 * GB, False, 8),
        (0.5, 16 * GB, True, 8),
        (16, 1 * GB, True, 131),  # memory is what is short
        (1, GB // 4, False, 1),  # one may always be tried
    ],
)
def test_room_is_what_cores_and_memory_allow(cores: float, memory: int, hosted: bool, calls: int):
    """Speech that is recognised here takes a core for a few calls."""
    assert room(cores=cores, memory=memory, hosted=hosted) == calls
