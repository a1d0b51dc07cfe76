"""Keys become the words of a turn."""

import pytest

from conversation.keypad import LONGEST, PAUSE_SECONDS, PERSON, Keypad


def press(keys: str, *, wanted: bool = False) -> list[str]:
    """The turns that the keys make, pressed half a second apart."""
    keypad = Keypad()
    turns = [keypad.pressed(key, wanted=wanted, now=n / 2) for n, key in enumerate(keys)]
    return [turn for turn in turns if turn is not None]


@pytest.mark.parametrize(
    ("keys", "wanted", "turns"),
    [
        ("0", False, [PERSON]),
        ("0#", True, ["0"]),
        ("5550142#", True, ["5550142"]),
        ("5550142#", False, ["5550142"]),
        ("10#", False, ["10"]),
        ("12*34#", True, ["34"]),
        ("#", True, []),
        ("**", False, []),
        ("1" * 40 + "#", True, ["1" * LONGEST]),
    ],
)
def test_what_keys_say(keys: str, wanted: bool, turns: list[str]):
    """0 is a person, unless digits are wanted; # ends them; * begins anew."""
    assert press(keys, wanted=wanted) == turns


def test_a_pause_ends_the_digits():
    """Counted from the last of them."""
    keypad = Keypad()
    keypad.pressed("4", wanted=True, now=1.0)
    keypad.pressed("2", wanted=True, now=2.0)
    assert keypad.deadline == 2.0 + PAUSE_SECONDS
    assert keypad.wake(now=4.9) is None
    assert keypad.wake(now=5.0) == "42"
    assert keypad.deadline is None
    assert keypad.wake(now=9.0) is None
